//! What a token says: its three segments, its header, its claims. Nothing here
//! knows a key or a policy.

pub mod base64url;
pub mod claims;
pub mod compact;
pub mod header;
pub mod json;
pub(crate) mod lanes;
pub mod scope;
