//! States of git revisions.

use std::fs;
use std::process::Command;

use super::{commit, export_from, git, names, parsed, repository, says, snapshot};
use crate::support::{Project, run_in};

#[test]
fn a_revision_is_what_was_committed() {
    let project = repository(
        Project::new("ucserver")
            .file(
                "access/rolecall.yaml",
                "system: ucserver\ndeployments: { prod: embedded }\n",
            )
            .file("access/manifests/a.yaml", "groups: { Team A: {} }\n")
            .file("access/manifests/.hidden.yaml", "nothing: 1\n")
            .file("access/manifests/deep/er/notes.txt", "nothing: 1\n")
            .file("access/manifests/deep/er/b.yml", "groups: { Team B: {} }\n"),
    );
    let first = snapshot(&project, "access");
    assert_eq!(names(&first["groups"]), ["Team A", "Team B"]);

    git(
        &project,
        &["mv", "access/manifests/a.yaml", "access/manifests/sales.yaml"],
    );
    let project = project.file(
        "access/manifests/sales.yaml",
        "groups: { Sales: { renamed_from: Team A } }\n",
    );
    commit(&project);
    let second = snapshot(&project, "access");
    git(&project, &["tag", "-a", "v2", "-m", "Version 2"]);
    fs::remove_dir_all(project.path().join("access")).unwrap();

    assert_eq!(names(&second["groups"]), ["Sales", "Team B"]);
    let commit = git(&project, &["rev-parse", "HEAD"]);
    for (source, expected) in [
        ("git:HEAD~1:access", &first),
        ("git:HEAD:access", &second),
        ("git:main:./access/", &second),
        ("git:v2:access/manifests/..", &second),
        (&format!("git:{commit}:access"), &second),
    ] {
        assert_eq!(&snapshot(&project, source), expected, "{source}");
    }
    // The path is from the root of the repository, wherever one stands.
    let below = project.path().join("seed");
    let run = run_in(&below, &["export", "--in", "git:HEAD:access", "--out", "-"]).exits(0);
    assert_eq!(parsed(&run)["source"], "git:HEAD:access");
    assert_eq!(parsed(&run)["snapshot"], second);
    assert_eq!(git(&project, &["status", "--porcelain", "--", "seed"]), "");
}

#[test]
fn the_root_of_a_revision_is_a_project() {
    let project = repository(Project::example("berlicrm"));
    let expected = snapshot(&project, ".");
    for source in ["git:HEAD:", "git:HEAD:."] {
        assert_eq!(snapshot(&project, source), expected, "{source}");
    }
}

#[test]
fn what_git_does_not_have() {
    let project = repository(
        Project::new("ucserver")
            .manifest("groups: { Team A: {} }\n")
            .file("access/notes.txt", ""),
    );
    for (source, expected) in [
        ("git:mian:", &["the repository has no revision `mian`"][..]),
        (
            "git:main..main:",
            &["the repository has no revision `main..main`"],
        ),
        ("git:--all:", &["the repository has no revision `--all`"]),
        ("git:-h:", &["the repository has no revision `-h`"]),
        (
            "git:HEAD:nothing",
            &["there is no folder `nothing` in revision `HEAD`: it is not in this"],
        ),
        ("git:HEAD:-x", &["there is no folder `-x` in revision `HEAD`"]),
        (
            "git:HEAD:seed/seed.yaml",
            &["there is no folder `seed/seed.yaml`", "it is a file"],
        ),
        ("git:HEAD:../x", &["`../x`", "it leads out of the repository"]),
        ("git:HEAD:/etc", &["`/etc`", "it leads out of the repository"]),
    ] {
        let run = export_from(&project, source).exits(1);
        assert_eq!(run.stderr.matches("error: ").count(), 1, "{}", run.stderr);
        says(run, expected);
    }
    let run = export_from(&project, "git:HEAD:access").refuses("project-missing");
    says(
        run,
        &["HEAD:access has no rolecall.yaml", "hint: there is one in HEAD:."],
    );
}

#[test]
fn without_git_or_a_repository() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["export", "--in", "git:HEAD:", "--out", "-"];
    let run = run_in(folder.path(), &arguments).exits(1);
    says(run, &["error: . is in no git repository\n"]);
    let output = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .current_dir(folder.path())
        .args(arguments)
        .env("PATH", folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("cannot run git: it is not installed"), "{stderr}");
}

#[test]
fn a_shallow_clone_says_that_it_is_one() {
    let project = repository(Project::new("ucserver").manifest("groups: { Team A: {} }\n"));
    commit(&project);
    let from = format!("file://{}", project.path().display());
    git(&project, &["clone", "--quiet", "--depth=1", &from, "clone"]);
    let clone = project.path().join("clone");
    let run = run_in(&clone, &["export", "--in", "git:HEAD~1:", "--out", "-"]).exits(1);
    says(
        run,
        &[
            "the repository has no revision `HEAD~1`",
            "hint: it is a shallow clone",
        ],
    );
    run_in(&clone, &["export", "--in", "git:HEAD:", "--out", "-"]).exits(0);
}

#[test]
fn a_bare_repository_has_revisions_too() {
    let project = repository(Project::new("ucserver").manifest("groups: { Team A: {} }\n"));
    git(&project, &["clone", "--quiet", "--bare", ".", "bare.git"]);
    let bare = project.path().join("bare.git");
    run_in(&bare, &["export", "--in", "git:main:", "--out", "-"]).exits(0);
}

#[test]
fn a_definition_beside_the_project_is_of_the_same_revision() {
    let project = Project::new("ucserver");
    Project::copy_example("custom", &project.path().join("custom"));
    let project = repository(project);
    let expected = snapshot(&project, "custom");
    let move_to = |path: &str, named: &str| {
        let project_file = project.path().join("custom/rolecall.yaml");
        let text = fs::read_to_string(&project_file).unwrap();
        let (before, after) = text.split_once("system: ").unwrap();
        let (_, after) = after.split_once('\n').unwrap();
        fs::write(project_file, format!("{before}system: {named}\n{after}")).unwrap();
        let definition = project.path().join("custom/helpdesk.system.yaml");
        fs::rename(definition, project.path().join(path)).unwrap();
    };
    move_to("helpdesk.system.yaml", "../helpdesk.system.yaml");
    commit(&project);
    fs::remove_file(project.path().join("helpdesk.system.yaml")).unwrap();
    for source in ["git:HEAD~1:custom", "git:HEAD:custom"] {
        assert_eq!(snapshot(&project, source), expected, "{source}");
    }
}

/// What is on this machine is none of a revision's business.
#[test]
fn a_revision_names_no_definition_on_disk() {
    let project = Project::new("ucserver");
    Project::copy_example("custom", project.path());
    let elsewhere = tempfile::tempdir().unwrap();
    let definition = elsewhere.path().join("helpdesk.system.yaml");
    fs::rename(project.path().join("helpdesk.system.yaml"), &definition).unwrap();
    let named = definition.display();
    let project = repository(project.file(
        "rolecall.yaml",
        &format!(
            "system: {named}\ndeployments: {{ local: embedded }}\ninstallation: {{ features: {{ survey: true }} }}\n"
        ),
    ));
    export_from(&project, ".").exits(0);
    let run = export_from(&project, "git:HEAD:").refuses("unreadable-file");
    says(
        run,
        &[&format!(
            "cannot read HEAD:{named}: it leads out of the repository"
        )],
    );
}

#[cfg(unix)]
#[test]
fn links_are_followed_within_a_revision_only() {
    use std::os::unix::fs::symlink;

    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("secret.yaml");
    fs::write(&secret, "groups: { Secret: {} }\n").unwrap();
    let project = Project::new("ucserver")
        .file(
            "access/rolecall.yaml",
            "system: ucserver\ndeployments: { prod: embedded }\n",
        )
        .file("access/manifests/a.yaml", "groups: { Team A: {} }\n")
        .file("shared/b.yaml", "groups: { Team B: {} }\n")
        .file("shared/deep/c.yaml", "groups: { Team C: {} }\n");
    let manifests = project.path().join("access/manifests");
    symlink("../../shared/b.yaml", manifests.join("b.yaml")).unwrap();
    symlink("../../shared/deep", manifests.join("deep")).unwrap();
    let project = repository(project);
    let expected = snapshot(&project, "access");
    assert_eq!(names(&expected["groups"]), ["Team A", "Team B", "Team C"]);
    assert_eq!(snapshot(&project, "git:HEAD:access"), expected);

    for (target, reason) in [
        (secret.to_str().unwrap(), "it leads out of the repository"),
        ("../../../secret.yaml", "it leads out of the repository"),
        ("nothing.yaml", "the symbolic link leads nowhere"),
        ("link.yaml", "it goes through too many symbolic links"),
        ("../manifests", "a symbolic link leads back to a folder above it"),
    ] {
        let link = manifests.join("link.yaml");
        symlink(target, &link).unwrap();
        commit(&project);
        fs::remove_file(link).unwrap();
        let run = export_from(&project, "git:HEAD:access").refuses("unreadable-file");
        let expected = format!("cannot read HEAD:access/manifests/link.yaml: {reason}");
        says(run, &[&expected]);
    }

    // The project itself may be reached through a link, and a file of it be one.
    symlink("access", project.path().join("by-link")).unwrap();
    commit(&project);
    assert_eq!(snapshot(&project, "git:HEAD:by-link"), expected);
    let project_file = project.path().join("access/rolecall.yaml");
    fs::remove_file(&project_file).unwrap();
    symlink(&secret, &project_file).unwrap();
    commit(&project);
    let run = export_from(&project, "git:HEAD:access").refuses("unreadable-file");
    says(
        run,
        &["cannot read HEAD:access/rolecall.yaml: it leads out of the repository"],
    );
}

#[test]
fn submodules_are_reported() {
    let project = repository(Project::new("ucserver").manifest("groups: { Team A: {} }\n"));
    let object = git(&project, &["rev-parse", "HEAD"]);
    let add = |path: &str| {
        let entry = format!("160000,{object},{path}");
        git(&project, &["update-index", "--add", "--cacheinfo", &entry]);
        git(&project, &["commit", "--quiet", "-m", "Add a submodule"]);
    };
    let reason = "it is in a submodule, whose files are in another repository";
    add("manifests/teams");
    let run = export_from(&project, "git:HEAD:").refuses("unreadable-file");
    says(run, &[&format!("cannot read HEAD:manifests/teams: {reason}")]);
    add("access");
    let run = export_from(&project, "git:HEAD:access").exits(1);
    says(
        run,
        &[&format!(
            "there is no folder `access` in revision `HEAD`: {reason}"
        )],
    );
    git(&project, &["rm", "-r", "--quiet", "--cached", "manifests"]);
    add("manifests");
    let run = export_from(&project, "git:HEAD:").refuses("unreadable-file");
    says(run, &[&format!("cannot read HEAD:manifests: {reason}")]);
}

#[test]
fn bytes_that_are_not_utf8_are_reported_in_a_revision() {
    let project = repository(Project::new("ucserver").bytes("manifests/all.yaml", b"groups: { \xff: {} }\n"));
    let run = export_from(&project, "git:HEAD:").refuses("not-utf8");
    says(
        run,
        &["HEAD:manifests/all.yaml is not UTF-8: byte 10 begins no character"],
    );
}

#[test]
fn access_tests_of_the_folder_judge_a_revision() {
    let manifest = |services: &str| {
        format!("groups: {{ Desk: {{ members: {{ users: [ida] }}, services: [{services}] }} }}\n")
    };
    let project = repository(Project::new("ucserver").manifest(&manifest("")));
    // What is committed lacks the service and the test; both are on disk.
    let project = project.manifest(&manifest("start_chat")).file(
        "a.access.yaml",
        "tests: [{ check: { user: ida, service: start_chat }, allow: true }]\n",
    );
    project.run(&["test", "--in", "."]).exits(0);
    let run = project
        .run(&["test", "--in", "git:HEAD:", "--format", "json"])
        .exits(4);
    let judged = parsed(&run);
    assert_eq!(judged["state"], "git:HEAD:");
    assert_eq!(judged["tests"][0]["file"], "a.access.yaml");
}
