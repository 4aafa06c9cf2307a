use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_yaml::Value;

use super::emit::{Comments, Spacing, emit};
use super::*;
use crate::manifest::{DeploymentKind, Project, Reading, shipped};
use crate::model::{Date, Group, GroupName, Role, RoleName, User, UserName};
use crate::plan::{Overlay, Plan, Preference, Scope, overlay};
use crate::text::{Diagnostics, Sources, parse};

const EXAMPLES: [&str; 6] = ["uniconnect", "iptel", "vtiger", "berlicrm", "ucserver", "custom"];

fn example(name: &str) -> (System, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    match shipped(name) {
        Some(definition) => (System::new(definition), name.to_owned()),
        None => {
            let path = folder.join("helpdesk.system.yaml");
            let definition = Reading::default().definition(&path).unwrap();
            (System::new(definition), path.display().to_string())
        }
    }
}

/// A day like any other: what is written has no last day.
fn today() -> Date {
    "2026-06-15".parse().unwrap()
}

fn seeded(system: &System, folder: &Path) -> Snapshot {
    let mut reading = Reading::default();
    let intent = reading.seed(folder, system);
    no_errors(&reading, "seed");
    let mut diagnostics = Diagnostics::default();
    let overlay = overlay(
        system,
        &system.bare(),
        &intent,
        Scope::Seed,
        today(),
        &mut diagnostics,
    );
    assert!(!diagnostics.has_errors());
    overlay.desired
}

fn no_errors(reading: &Reading, what: &str) {
    let text: Vec<String> = reading
        .diagnostics
        .iter()
        .map(|diagnostic| format!("{diagnostic:?}"))
        .collect();
    assert!(!reading.diagnostics.has_errors(), "{what}: {}", text.join("\n"));
}

fn write(files: &[ProjectFile], folder: &Path) {
    for file in files {
        let path = folder.join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.text).unwrap();
    }
}

fn read(folder: &Path) -> Project {
    let mut reading = Reading::default();
    let project = reading.project(folder, None);
    no_errors(&reading, &folder.display().to_string());
    project.unwrap()
}

fn options(layout: Layout, system_reference: &str) -> WriteOptions {
    WriteOptions {
        layout,
        system_reference: system_reference.to_owned(),
        deployment_name: "local".to_owned(),
        deployment: DeploymentDocument {
            kind: DeploymentKind::Embedded,
            file: Some(Spanned::unmarked("../live.db".to_owned())),
            seed: None,
            account: None,
            manifests: None,
        },
        schemas: Some(SchemaReference {
            prefix: "schemas/".to_owned(),
        }),
    }
}

fn planned(system: &System, live: &Snapshot, project: &Project) -> (Overlay, Plan) {
    let mut diagnostics = Diagnostics::default();
    let overlay = overlay(
        system,
        live,
        &project.intent,
        Scope::Manifests,
        today(),
        &mut diagnostics,
    );
    assert!(!diagnostics.has_errors());
    let plan = Plan::new(system, live, &overlay, &project.intent, Preference::default());
    (overlay, plan)
}

/// Writes a snapshot, reads it again and holds it against the snapshot.
fn round_trip(system: &System, reference: &str, live: &Snapshot, layout: Layout) {
    let files = project_from(live, system, &options(layout, reference)).unwrap();
    assert_eq!(
        files,
        project_from(live, system, &options(layout, reference)).unwrap()
    );
    let folder = tempfile::tempdir().unwrap();
    write(&files, folder.path());
    let project = read(folder.path());
    assert_eq!(project.installation, live.installation);
    let (overlay, plan) = planned(system, live, &project);
    assert_eq!(overlay.desired, *live);
    assert!(plan.is_empty(), "{:?}", plan.steps);
}

#[test]
fn the_plan_of_an_import_is_empty() {
    for name in EXAMPLES {
        let (system, reference) = example(name);
        let seed = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(name)
            .join("seed");
        let live = seeded(&system, &seed);
        for layout in [Layout::ByKind, Layout::ByObject] {
            round_trip(&system, &reference, &live, layout);
        }
    }
}

#[test]
fn manifests_own_what_is_on_the_deployment() {
    // Laid over nothing but what every installation has, the manifests make the same objects.
    for name in EXAMPLES {
        let (system, reference) = example(name);
        let seed = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(name)
            .join("seed");
        let live = seeded(&system, &seed);
        let folder = tempfile::tempdir().unwrap();
        let files = project_from(&live, &system, &options(Layout::ByKind, &reference)).unwrap();
        write(&files, folder.path());
        let project = read(folder.path());
        let mut bare = system.bare();
        bare.users = live.users.clone();
        bare.installation = live.installation.clone();
        let (Overlay { desired, .. }, _) = planned(&system, &bare, &project);
        assert_eq!(desired.profiles, live.profiles);
        assert_eq!(desired.sharing, live.sharing);
        let kind = system.definition().roles.as_ref();
        if kind.is_some_and(|kind| kind.manage == crate::system::Manage::Full) {
            assert_eq!(desired.roles, live.roles);
        }
        for (name, group) in &desired.groups {
            let mut group = group.clone();
            group.created_by.clone_from(&live.groups[name].created_by);
            assert_eq!(group, live.groups[name]);
        }
    }
}

#[test]
fn every_starter_is_valid_and_its_first_plan_has_something_to_do() {
    for name in EXAMPLES {
        let (system, reference) = example(name);
        let files = starter(&system, &reference, None).unwrap();
        let folder = tempfile::tempdir().unwrap();
        write(&files, folder.path());
        let project = read(folder.path());
        assert_eq!(project.deployments.len(), 1);
        let live = seeded(&system, project.deployments[0].seed.as_ref().unwrap());
        assert_eq!(live.installation, project.installation);
        let (overlay, plan) = planned(&system, &live, &project);
        assert!(!plan.is_empty());
        let (_, second) = planned(&system, &overlay.desired, &project);
        assert!(second.is_empty(), "{:?}", second.steps);
    }
}

const AWKWARD: [&str; 30] = [
    "no",
    "on",
    "off",
    "Yes",
    "null",
    "true",
    "1.5",
    "~",
    "# x",
    "a: b",
    "007",
    "0x1F",
    "+49 30 1",
    "-",
    "- a",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "<<",
    "🦀 Team",
    "say \"hi\"",
    "it's",
    "trailing ",
    " leading",
    "a, b",
    "[x]",
    "{y}",
];

#[test]
fn names_that_yaml_would_misread_survive() {
    let (system, reference) = example("ucserver");
    let mut live = system.bare();
    let awkward = AWKWARD.iter().copied().chain([
        "=",
        "?",
        "? a",
        "a:",
        "a #b",
        "2024-01-01",
        "12:30",
        "back\\slash",
    ]);
    for name in awkward.chain([
        "tab\tin",
        "two\nlines",
        "\u{85}",
        "\u{7}",
        "\u{feff}x",
        "a\u{2028}b",
        "..",
        "CON",
    ]) {
        let mut group = Group {
            head: Some(UserName::from(name)),
            ..Group::default()
        };
        group.members.users = [UserName::from(name)].into();
        live.users.insert(name.into(), User::default());
        live.groups.insert(name.into(), group);
    }
    for layout in [Layout::ByKind, Layout::ByObject] {
        round_trip(&system, &reference, &live, layout);
    }
}

#[test]
fn descriptions_of_several_lines_survive() {
    let (system, reference) = example("berlicrm");
    let mut live = system.bare();
    for (number, text) in [
        "one\ntwo\n",
        "one\n\n  two\n\n\n",
        "  one\ntwo",
        "\n\none",
        "# one\n- two: three",
        "one \n two ",
        "\n",
        "a\r\nb",
        "\ttab\nx",
        " ",
    ]
    .into_iter()
    .enumerate()
    {
        let group = Group {
            description: text.to_owned(),
            ..Group::default()
        };
        live.groups.insert(GroupName::from(format!("G{number}")), group);
    }
    round_trip(&system, &reference, &live, Layout::ByKind);
}

#[test]
fn a_written_file_reads_well() {
    let (system, reference) = example("ucserver");
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ucserver/seed");
    let mut live = seeded(&system, &seed);
    live.groups
        .retain(|name, _| matches!(name.as_str(), "Sales Germany" | "Fax"));
    let files = project_from(&live, &system, &options(Layout::ByKind, &reference)).unwrap();
    let groups = files
        .iter()
        .find(|file| file.path.ends_with("groups.yaml"))
        .unwrap();
    insta::assert_snapshot!(groups.text, @r#"
    # yaml-language-server: $schema=../schemas/ucserver.schema.json
    groups:
      Fax:
        status: inactive
        members:
          users: [ida]
        head: null
        deputy: null
        head_authorisations: null
        authorisations: null
        line: null
        call_group: null
        services: [configure_own_profile]
        monitor_groups: {}
        keys: []

      Sales Germany:
        status: active
        members:
          users: [clara, david, jonas]
        head: anna
        deputy: null
        head_authorisations: { level: team }
        authorisations: { level: personal }
        line:
          number: "100"
          authorisations: { level: team }
        call_group: null
        services: [start_chat, audio_chat, record_calls, use_phone_books, journal_visible_to_group]
        monitor_groups:
          Reception: [monitor]
        keys:
          - { name: Reception, number: +49 30 5550100, in: [monitor] }
    "#);
}

#[test]
fn nameless_objects_are_refused() {
    let (system, reference) = example("berlicrm");
    let mut live = system.bare();
    live.roles.insert(RoleName::from(""), Role::default());
    let error = project_from(&live, &system, &options(Layout::ByKind, &reference)).unwrap_err();
    assert_eq!(error, WriteError::EmptyName { kind: "role" });
    let mut live = system.bare();
    live.groups.insert("x".repeat(2000).into(), Group::default());
    let error = project_from(&live, &system, &options(Layout::ByKind, &reference)).unwrap_err();
    assert!(matches!(error, WriteError::LongName { length: 2000, .. }));
}

#[test]
fn a_deployment_with_nothing_in_it_still_makes_a_project() {
    for name in EXAMPLES {
        let (system, reference) = example(name);
        round_trip(&system, &reference, &system.bare(), Layout::ByObject);
    }
}

#[test]
fn the_schema_line_leads_to_the_schema_from_every_folder() {
    let relative = SchemaReference {
        prefix: "./schemas/".to_owned(),
    };
    let line = relative.line("x", Path::new("manifests/groups/a.yaml"));
    assert_eq!(
        line,
        "# yaml-language-server: $schema=../../schemas/x.schema.json\n"
    );
    let url = SchemaReference {
        prefix: "https://example.org/".to_owned(),
    };
    let line = url.line("x", Path::new("manifests/a.yaml"));
    assert_eq!(
        line,
        "# yaml-language-server: $schema=https://example.org/x.schema.json\n"
    );
}

proptest! {
    #[test]
    fn any_text_reads_back_as_itself(text in any::<String>(), word in "[-+.0-9eExXo_:~ nulYysNooff#'\"]{0,6}") {
        for text in [text, word] {
            let items: Value = Value::Sequence(vec![Value::from(text.as_str()), Value::from("b")]);
            let mut document = serde_yaml::Mapping::new();
            document.insert("scalar".into(), Value::from(text.as_str()));
            document.insert("flow".into(), items);
            let mut inner = serde_yaml::Mapping::new();
            inner.insert("deep".into(), Value::from(text.as_str()));
            inner.insert("null".into(), Value::Null);
            document.insert("block".into(), Value::Mapping(inner));
            let document = Value::Mapping(document);
            let yaml = emit(&document, Spacing::Loose, &Comments::new()).unwrap();
            let mut sources = Sources::default();
            let source = sources.add("x", yaml.as_str());
            let mut diagnostics = Diagnostics::default();
            let tree = parse(source, &yaml, &mut diagnostics);
            prop_assert!(!diagnostics.has_errors(), "{yaml:?}");
            let back: serde_json::Value = crate::text::decode(&tree.unwrap()).unwrap();
            prop_assert_eq!(back, serde_json::to_value(&document).unwrap(), "{:?}", yaml);
        }
    }
}
