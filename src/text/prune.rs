//! Cutting what was reported out of a tree, so that the rest can still be read.

use super::{Node, Value};

/// Child numbers from the root to what goes; empty for the root itself.
pub(super) type Path = Vec<u32>;

/// Removes every path, all numbered as the tree is now. The root becomes null when it goes.
pub(super) fn prune(root: &mut Node, mut paths: Vec<Path>) {
    paths.sort_unstable();
    paths.dedup();
    if paths.first().is_some_and(Vec::is_empty) {
        root.value = Value::Null;
    } else {
        cut(root, &paths, 0);
    }
}

/// Removes what the sorted `paths` name, all of which lead through `node` at `depth`.
fn cut(node: &mut Node, paths: &[Path], depth: usize) {
    let mut groups = paths.chunk_by(|a, b| a.get(depth) == b.get(depth)).peekable();
    let mut index = 0u32;
    let mut keep = |child: &mut Node| {
        let here = groups.next_if(|group| group.first().and_then(|path| path.get(depth)) == Some(&index));
        index += 1;
        // A path that ends here sorts before those that go on below, and takes them along.
        let Some(group) = here else { return true };
        if group.first().is_some_and(|path| path.len() == depth + 1) {
            return false;
        }
        cut(child, group, depth + 1);
        true
    };
    match &mut node.value {
        Value::Map(entries) => entries.retain_mut(|(_, child)| keep(child)),
        Value::List(items) => items.retain_mut(keep),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Diagnostics, SourceId, parse};
    use super::*;

    #[test]
    fn cuts_all_paths_in_one_pass() {
        let tree = parse(
            SourceId::NOWHERE,
            "{a: [1, 2, 3, {x: 1, y: 2}], b: {c: 1}, d: 4}",
            &mut Diagnostics::default(),
        );
        let Some(mut tree) = tree else {
            panic!("must parse")
        };
        prune(
            &mut tree,
            vec![
                vec![1],
                vec![0, 3, 0],
                vec![0, 1],
                vec![1, 0],
                vec![0, 0],
                vec![0, 1],
            ],
        );
        let json = super::super::json::to_json(&tree);
        assert_eq!(json, serde_json::json!({ "a": [3, { "y": 2 }], "d": 4 }));
        prune(&mut tree, vec![vec![0], vec![]]);
        assert_eq!(tree.value, Value::Null);
    }
}
