//! "Did you mean": the known word that a misspelt one was most likely meant to be.

use similar::{Algorithm, capture_diff_slices, diff_ratio};

/// How much two words must have in common, from 0 to 1.
const CUTOFF: f32 = 0.66;

/// Full comparisons per question. They cost microseconds each, and names that all look alike (`User 1` … `User
/// 200000`) get past every cheap filter.
const COMPARISONS: usize = 5_000;

/// The candidate most like `word`, compared without regard to case; none when nothing is close. The first of equals
/// wins.
pub fn closest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let letters: Vec<char> = word.chars().collect();
    let histogram = histogram(&word);
    let mut best: Option<(f32, &str)> = None;
    let mut left = COMPARISONS;
    for candidate in candidates {
        let floor = best.map_or(CUTOFF, |(ratio, _)| ratio);
        let bound = upper_bound(&word, &histogram, candidate);
        if bound < CUTOFF || (best.is_some() && bound <= floor) {
            continue;
        }
        let lower = candidate.to_lowercase();
        if lower == word {
            return Some(candidate);
        }
        if left == 0 {
            continue;
        }
        left -= 1;
        let other: Vec<char> = lower.chars().collect();
        let ops = capture_diff_slices(Algorithm::Myers, &letters, &other);
        let ratio = diff_ratio(&ops, letters.len(), other.len());
        if ratio >= CUTOFF && best.is_none_or(|(most, _)| ratio > most) {
            best = Some((ratio, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn histogram(word: &str) -> [u16; 256] {
    let mut counts = [0u16; 256];
    for byte in word.bytes() {
        let count = &mut counts[usize::from(byte.to_ascii_lowercase())];
        *count = count.saturating_add(1);
    }
    counts
}

/// The most that the ratio can be: twice the bytes in common by the bytes in all. No allocation, and no look at the
/// letters when the lengths alone decide. Upper case beyond ASCII is undercounted, which only costs a suggestion.
fn upper_bound(word: &str, histogram: &[u16; 256], candidate: &str) -> f32 {
    let (ours, theirs) = (word.len(), candidate.len());
    let total = (ours + theirs).max(1) as f32;
    let by_length = 2.0 * ours.min(theirs) as f32 / total;
    if by_length < CUTOFF {
        return by_length;
    }
    let mut left = *histogram;
    let mut common = 0usize;
    for byte in candidate.bytes() {
        let count = &mut left[usize::from(byte.to_ascii_lowercase())];
        if *count > 0 {
            *count -= 1;
            common += 1;
        }
    }
    2.0 * common as f32 / total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let known = [
            "members",
            "description",
            "renamed_from",
            "Sales Manager",
            "read_write",
        ];
        let cases = [
            ("member", Some("members")),
            ("desciption", Some("description")),
            ("sales manager", Some("Sales Manager")),
            ("renamedFrom", Some("renamed_from")),
            ("read-write", Some("read_write")),
            ("colour", None),
            ("", None),
        ];
        for (word, expected) in cases {
            assert_eq!(closest(word, known.into_iter()), expected, "{word}");
        }
    }

    #[test]
    fn an_exact_match_but_for_case_wins_even_when_late() {
        let many: Vec<String> = (0..20_000)
            .map(|number| format!("User {number}"))
            .chain(["USER 5x".into()])
            .collect();
        assert_eq!(
            closest("user 5x", many.iter().map(String::as_str)),
            Some("USER 5x")
        );
    }
}
