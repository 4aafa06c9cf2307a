use super::*;
use crate::manifest::shipped;
use crate::system::System;

fn system(name: &str) -> System {
    System::new(shipped(name).unwrap())
}

const LIMITS: Limits = Limits {
    share: 30,
    from: 10,
    number: Some(50),
};

#[test]
fn limits_are_exceeded_by_more_than_they_say() {
    // How many go of how many, and whether the share and the number are exceeded.
    let cases = [
        (0, 0, false, false),
        (3, 10, false, false),
        (4, 10, true, false),
        (9, 9, false, false),
        (50, 200, false, false),
        (51, 200, false, true),
        (61, 200, true, true),
        (300, 1_000, false, true),
        (301, 1_000, true, true),
        (u64::MAX, u64::MAX, false, true),
    ];
    for (lost, of, share, number) in cases {
        let loss = Loss { lost, of };
        assert_eq!(LIMITS.share_is_exceeded_by(loss), share, "share, {loss:?}");
        assert_eq!(LIMITS.number_is_exceeded_by(loss), number, "number, {loss:?}");
        assert_eq!(LIMITS.are_exceeded_by(loss), share || number, "{loss:?}");
    }
    let only_share = Limits {
        number: None,
        ..LIMITS
    };
    assert!(!only_share.are_exceeded_by(Loss { lost: 60, of: 1_000 }));
}

#[test]
fn shares_are_rounded() {
    for (lost, of, percent) in [
        (0, 0, 0),
        (1, 3, 33),
        (2, 3, 67),
        (1, 200, 1),
        (1, 201, 0),
        (5, 5, 100),
    ] {
        assert_eq!(Loss { lost, of }.percent(), percent, "{lost} of {of}");
    }
}

#[test]
fn patterns_fit() {
    let berlicrm = system("berlicrm");
    let uniconnect = system("uniconnect");
    let cases = [
        ("Board", "Board", true),
        ("Board", "Boards", false),
        ("Boards", "Board", false),
        ("Board*", "Board", true),
        ("Board*", "Board of Directors", true),
        ("Board*", "The Board", false),
        ("*Board*", "The Board of Directors", true),
        ("*a*b", "aab", true),
        ("*a*b", "aaba", false),
        ("a*b*c", "abcbc", true),
        ("?oard", "Board", true),
        ("?oard", "oard", false),
        ("Team ?", "Team 10", false),
        ("Team ??", "Team 10", true),
        ("*", "", true),
        ("?", "", false),
        ("", "", true),
        ("", "x", false),
        ("**", "anything", true),
    ];
    for (pattern, name, fits) in cases {
        assert_eq!(
            Pattern::new(pattern, &uniconnect).fits(name, &uniconnect),
            fits,
            "{pattern} {name}"
        );
        assert_eq!(
            Pattern::new(pattern, &berlicrm).fits(name, &berlicrm),
            fits,
            "{pattern} {name}"
        );
    }
    // What the system takes for one name, the pattern does too.
    let spelt = Pattern::new("vorstand mü*", &berlicrm);
    assert!(spelt.fits("Vorstand Munchen", &berlicrm));
    assert!(!Pattern::new("board", &uniconnect).fits("Board", &uniconnect));
}

#[test]
fn hostile_patterns_take_no_time() {
    let system = system("uniconnect");
    assert!(!Pattern::new(&format!("{}b", "*a".repeat(200)), &system).fits(&"a".repeat(5_000), &system));
}

#[test]
fn a_state_that_is_bad_already_is_not_refused() {
    let finding = |before, after| Finding::MinimumAdministrators {
        least: 2,
        before,
        after,
    };
    for (before, after, refuses) in [
        (3, 2, false),
        (3, 1, true),
        (2, 0, true),
        (1, 1, false),
        (0, 0, false),
        (0, 1, false),
        (1, 0, true),
    ] {
        assert_eq!(finding(before, after).refuses(), refuses, "{before} → {after}");
    }
}
