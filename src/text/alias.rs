//! Aliases: finding what one stands for in a tree that is still being built, and copying it within limits.

use super::{Key, Node, Value};

/// Lists and mappings within each other.
pub(super) const MAX_DEPTH: usize = 255;
/// Values that the aliases of one document may add.
const MAX_ALIASED_NODES: usize = 1_000_000;
/// Bytes of text that the aliases of one document may add.
const MAX_ALIASED_BYTES: usize = 64 << 20;

/// A list or mapping that is being read.
pub(super) struct Open {
    pub(super) start: usize,
    pub(super) anchor: usize,
    /// Whether it is written in brackets or braces.
    pub(super) flow: bool,
    pub(super) children: Children,
}

pub(super) enum Children {
    List(Vec<Node>),
    Map(Vec<(Key, Node)>, Option<Key>),
}

/// What an alias stands for: a small copy, or the child numbers that lead to the value from the outermost container,
/// so that nothing is copied which no alias asks for.
pub(super) enum Anchor {
    Scalar(Node),
    Path(Vec<u32>),
}

impl Open {
    /// The number of the child that is being read.
    pub(super) fn next(&self) -> u32 {
        let count = match &self.children {
            Children::List(items) => items.len(),
            Children::Map(entries, _) => entries.len(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn child(&self, index: u32) -> Option<&Node> {
        match &self.children {
            Children::List(items) => items.get(index as usize),
            Children::Map(entries, _) => entries.get(index as usize).map(|(_, node)| node),
        }
    }
}

/// The value at a path of child numbers; none when it is not finished.
pub(super) fn follow<'a>(open: &'a [Open], path: &[u32]) -> Option<&'a Node> {
    for (level, &index) in path.iter().enumerate() {
        if let Some(child) = open.get(level)?.child(index) {
            return path
                .get(level + 1..)?
                .iter()
                .try_fold(child, |node, &index| node.child(index));
        }
    }
    None
}

/// What the aliases of the document may still add.
pub(super) struct Budget {
    nodes: usize,
    bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            nodes: MAX_ALIASED_NODES,
            bytes: MAX_ALIASED_BYTES,
        }
    }
}

pub(super) enum Refusal {
    Depth,
    Budget,
}

impl Budget {
    fn spend(&mut self, nodes: usize, bytes: usize) -> Result<(), Refusal> {
        self.nodes = self.nodes.checked_sub(nodes).ok_or(Refusal::Budget)?;
        self.bytes = self.bytes.checked_sub(bytes).ok_or(Refusal::Budget)?;
        Ok(())
    }
}

/// Copies a value that will stand `depth` containers deep.
pub(super) fn copy(node: &Node, depth: usize, budget: &mut Budget) -> Result<Node, Refusal> {
    let is_container = matches!(node.value, Value::List(_) | Value::Map(_));
    if is_container && depth >= MAX_DEPTH {
        return Err(Refusal::Depth);
    }
    budget.spend(1, node.text().map_or(0, str::len))?;
    let value = match &node.value {
        Value::List(items) => Value::List(
            items
                .iter()
                .map(|item| copy(item, depth + 1, budget))
                .collect::<Result<_, _>>()?,
        ),
        Value::Map(entries) => {
            let copied = entries.iter().map(|(key, node)| {
                budget.spend(0, key.text.len())?;
                Ok((key.clone(), copy(node, depth + 1, budget)?))
            });
            Value::Map(copied.collect::<Result<_, _>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) => {
            node.value.clone()
        }
    };
    Ok(Node {
        span: node.span,
        value,
    })
}
