//! The same verdicts as the crates', faster: everything that depends on the key
//! alone is computed once. Lives apart, parses nothing, decides nothing else.
//!
//! ```text
//! trust      the supervisor: an accelerator's first verdicts are compared with its crate's
//! tables     which keys have which table, within a bound of memory
//! ```
//!
//! All of it works on public data, so that variable time is no leak: no secret
//! ever reaches this module.

pub mod tables;
pub mod trust;

/// The accelerators: each has to earn its trust on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Family {
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// Ed25519.
    Ed25519,
    /// RSA, PKCS #1 v1.5 and PSS.
    Rsa,
}

impl Family {
    /// All of them.
    pub const ALL: [Family; 4] = [Family::P256, Family::P384, Family::Ed25519, Family::Rsa];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Family::P256 => "P-256",
            Family::P384 => "P-384",
            Family::Ed25519 => "Ed25519",
            Family::Rsa => "RSA",
        }
    }
}
