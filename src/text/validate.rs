//! A tree against a JSON Schema: everything wrong at once, and a tree that fits afterwards.

use std::sync::OnceLock;

use jsonschema::{ValidationError, Validator};

use super::bare::bare;
use super::explain::Explainer;
use super::json::Tree;
use super::prune::prune;
use super::{Diagnostics, Node, Value};

/// Rounds of cutting out. Each can make the enclosing value wrong in turn, so depth is the limit, and no real schema
/// comes near this one.
const MAX_ROUNDS: usize = 32;

/// A compiled JSON Schema. A schema may say in `x-expected` what a `pattern` beside it means in plain words.
///
/// It is compiled without whatever only explains: that is most of a schema, and most files are right. What is wrong
/// with the others is found with the schema as it is written, compiled when the first of them comes.
#[derive(Debug)]
pub struct Schema {
    document: serde_json::Value,
    quick: Validator<Tree>,
    thorough: OnceLock<Option<Validator<Tree>>>,
}

/// The schema itself is wrong.
#[derive(Debug, thiserror::Error)]
#[error("the schema is not valid: {0}")]
pub struct SchemaError(String);

impl Schema {
    /// Compiles a schema, 2020-12 unless it says otherwise; references lead within the document only.
    ///
    /// # Errors
    /// When it is no JSON Schema.
    pub fn compile(document: serde_json::Value) -> Result<Self, SchemaError> {
        let quick = build(&bare(&document)).map_err(|error| SchemaError(error.to_string()))?;
        Ok(Schema {
            document,
            quick,
            thorough: OnceLock::new(),
        })
    }

    fn thorough(&self) -> &Validator<Tree> {
        let thorough = self.thorough.get_or_init(|| build(&self.document).ok());
        thorough.as_ref().unwrap_or(&self.quick)
    }

    /// Reports everything that does not fit and cuts it out of the tree: unknown keys, entries and items with wrong
    /// values, and the whole entry or item where a required key is missing. What is left fits the schema. False when
    /// nothing is left: the root is null then, and must not be decoded.
    pub fn check(&self, node: &mut Node, diagnostics: &mut Diagnostics) -> bool {
        for round in 0..MAX_ROUNDS {
            if self.quick.is_valid(node) {
                return true;
            }
            let mut explainer = Explainer::new(&self.document, node);
            for error in self.thorough().iter_errors(node) {
                explainer.explain(&error);
            }
            let (found, paths) = explainer.finish();
            // Later rounds only find what cutting out has broken.
            if round == 0 {
                diagnostics.extend(found);
            }
            let root = paths.is_empty() || paths.iter().any(Vec::is_empty);
            prune(node, paths);
            if root {
                break;
            }
        }
        node.value = Value::Null;
        false
    }
}

fn build(schema: &serde_json::Value) -> Result<Validator<Tree>, ValidationError<'static>> {
    jsonschema::options_for::<Tree>().build(schema)
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
