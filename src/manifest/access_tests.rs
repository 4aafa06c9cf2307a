//! The shape of a file of access tests. Doc comments here become the hover texts of editors.

use schemars::JsonSchema;
use serde::Deserialize;

use super::asking::{OwnerDocument, WhoDocument, naming_an_ability};
use super::document::PrincipalDocument;
use crate::model::UserName;
use crate::text::Spanned;

/// The ends of the names of files with access tests.
pub const ACCESS_TEST_ENDS: [&str; 2] = [".access.yaml", ".access.yml"];

/// Access tests of rolecall: what people can do, and cannot do, once the manifests are applied.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessTestsDocument {
    /// The tests. Each has exactly one of `check`, `who_can` and `never`.
    pub tests: Vec<Spanned<AccessTestDocument>>,
}

/// One access test: exactly one of `check`, `who_can` and `never`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccessTestDocument {
    /// What the test is called. Without it, what it asks.
    #[schemars(with = "String")]
    pub name: Option<Spanned<String>>,
    /// One question about one user; `allow` says the answer.
    pub check: Option<Spanned<CheckDocument>>,
    /// The answer to `check`: whether the user may.
    #[schemars(with = "bool")]
    pub allow: Option<Spanned<bool>>,
    /// Who can do something. With exactly one of `equals`, `includes` and `excludes`.
    pub who_can: Option<Spanned<WhoCanDocument>>,
    /// Exactly these can. A role, a group or everyone counts for those in it who can log in. `[]` is nobody.
    #[schemars(with = "Vec<WhoDocument>")]
    pub equals: Option<Spanned<Vec<Spanned<WhoDocument>>>>,
    /// All of these can, and others may too.
    #[schemars(with = "Vec<WhoDocument>")]
    pub includes: Option<Spanned<Vec<Spanned<WhoDocument>>>>,
    /// None of these can, whoever else can.
    #[schemars(with = "Vec<WhoDocument>")]
    pub excludes: Option<Spanned<Vec<Spanned<WhoDocument>>>>,
    /// Something that none of these people can do.
    pub never: Option<Spanned<NeverDocument>>,
}

naming_an_ability! {
    /// One question about one user: what, and about whom.
    CheckDocument {
        /// The user who does it.
        #[schemars(with = "String")]
        user: Option<Spanned<UserName>>,
        /// Whose records, or which user or group it is done to. Without it, the question is whether the user may at
        /// all.
        owner: Option<Spanned<OwnerDocument>>,
    }
}

naming_an_ability! {
    /// A question about everyone: what, and about whom.
    WhoCanDocument {
        /// Whose records, or which user or group it is done to. Without it, the question is who may at all.
        owner: Option<Spanned<OwnerDocument>>,
    }
}

naming_an_ability! {
    /// What none of these people can do. With `owner` or `whose`, or neither: then not at all.
    NeverDocument {
        /// The people.
        who: Option<Spanned<WhoDocument>>,
        /// The records of one owner, or one user or group that it is done to.
        owner: Option<Spanned<OwnerDocument>>,
        /// The records of any of these people. A group stands for its members, itself and the groups in it.
        whose: Option<Spanned<PrincipalDocument>>,
    }
}
