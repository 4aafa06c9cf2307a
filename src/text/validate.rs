//! A tree against a JSON Schema: everything wrong at once, and a tree that fits afterwards.

use jsonschema::Validator;

use super::explain::Explainer;
use super::json::Tree;
use super::prune::prune;
use super::{Diagnostics, Node, Value};

/// Rounds of cutting out. Each can make the enclosing value wrong in turn, so depth is the limit, and no real schema
/// comes near this one.
const MAX_ROUNDS: usize = 32;

/// A compiled JSON Schema. A schema may say in `x-expected` what a `pattern` beside it means in plain words.
#[derive(Debug)]
pub struct Schema {
    document: serde_json::Value,
    validator: Validator<Tree>,
}

/// The schema itself is wrong.
#[derive(Debug, thiserror::Error)]
#[error("the schema is not valid: {0}")]
pub struct SchemaError(String);

impl Schema {
    /// Compiles a schema, 2020-12 unless it says otherwise; references lead within the document only.
    pub fn compile(schema: &serde_json::Value) -> Result<Self, SchemaError> {
        let validator = jsonschema::options_for::<Tree>()
            .build(schema)
            .map_err(|error| SchemaError(error.to_string()))?;
        Ok(Schema {
            document: schema.clone(),
            validator,
        })
    }

    /// Reports everything that does not fit and cuts it out of the tree: unknown keys, entries and items with wrong
    /// values, and the whole entry or item where a required key is missing. What is left fits the schema. False when
    /// nothing is left: the root is null then, and must not be decoded.
    pub fn check(&self, node: &mut Node, diagnostics: &mut Diagnostics) -> bool {
        for round in 0..MAX_ROUNDS {
            if self.validator.is_valid(node) {
                return true;
            }
            let mut explainer = Explainer::new(&self.document, node);
            for error in self.validator.iter_errors(node) {
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

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
