//! JSON Web Keys: RFC 7517 §4, RFC 7518 §6, RFC 8037 §2, RFC 9964 §3.

use alloc::vec::Vec;

use super::{Key, Material, identify};
use crate::core::alg::{Alg, KeyType};
use crate::core::error::Error;
use crate::core::issuer::{IssuerName, IssuerTemplate};
use crate::core::token::base64url;
use crate::core::token::json::{self, Object, Value};

/// The members of private keys: RFC 7518 §6.2.2 and §6.3.2, RFC 8037 §2,
/// RFC 9964 §3.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "priv"];

/// Reads a JWK from JSON text.
///
/// Members that have no meaning here, also `x5c` and `x5u`, are ignored: a
/// certificate never supplies a key.
///
/// # Errors
///
/// [`Error::JwkJson`] if the text is not one strict JSON object, else what
/// [`read`] finds.
pub fn parse(text: &[u8]) -> Result<Key, Error> {
    read(&json::parse_object(text).map_err(|_| Error::JwkJson)?)
}

/// Reads a JWK from a JSON object, and checks that it may verify signatures and
/// is strong enough to.
///
/// # Errors
///
/// - [`Error::JwkMember`]: a member is missing, not a string, or not base64url
/// - [`Error::JwkUnsupported`]: no algorithm here works with this `kty`, `crv`
///   or (`AKP`) `alg`
/// - [`Error::JwkPrivate`]: private members
/// - [`Error::JwkUse`], [`Error::JwkKeyOps`], [`Error::JwkAlg`]: for something
///   else than verifying with an algorithm that the type allows
/// - [`Error::RsaModulus`], [`Error::RsaExponent`], [`Error::EcPoint`],
///   [`Error::OkpPoint`], [`Error::SecretTooShort`], [`Error::PublicKeySize`]:
///   the key itself is weak or wrong
pub fn read(jwk: &Object<'_>) -> Result<Key, Error> {
    let kty = text(jwk, "kty")?;
    let kty = kty.to_str().ok_or(Error::JwkUnsupported)?;
    let crv = match kty {
        "EC" | "OKP" => Some(text(jwk, "crv")?),
        _ => None,
    };
    let alg = jwk.get("alg").map(|alg| alg.as_text().ok_or(Error::JwkMember)).transpose()?;
    let crv = crv.as_ref().map(|crv| crv.to_str().unwrap_or_default());
    let alg = alg.as_ref().map(|alg| alg.to_str().unwrap_or_default());
    let key_type = identify(kty, crv, alg).ok_or(Error::JwkUnsupported)?;
    let alg = alg.map(|alg| Alg::from_name(alg).ok_or(Error::JwkAlg)).transpose()?;

    if key_type != KeyType::Oct && PRIVATE.iter().any(|name| jwk.get(name).is_some()) {
        return Err(Error::JwkPrivate);
    }
    if jwk.get("use").is_some_and(|usage| !is(&usage, "sig")) {
        return Err(Error::JwkUse);
    }
    if jwk.get("key_ops").is_some_and(|operations| !may_verify(&operations)) {
        return Err(Error::JwkKeyOps);
    }
    let kid = match jwk.get("kid") {
        Some(kid) => Some(kid.as_text().ok_or(Error::JwkMember)?.into_bytes().into_owned()),
        None => None,
    };

    let material = match key_type {
        KeyType::Rsa => Material::Rsa { n: integer(octets(jwk, "n")?), e: integer(octets(jwk, "e")?) },
        KeyType::P256 | KeyType::P384 | KeyType::P521 | KeyType::Secp256k1 => {
            Material::Ec { x: octets(jwk, "x")?, y: octets(jwk, "y")? }
        }
        KeyType::Ed25519 => Material::Okp { x: octets(jwk, "x")? },
        KeyType::MlDsa44 | KeyType::MlDsa65 | KeyType::MlDsa87 => Material::Akp { public: octets(jwk, "pub")? },
        KeyType::Oct => Material::Oct { k: octets(jwk, "k")? },
        _ => return Err(Error::JwkUnsupported),
    };
    let mut key = Key::new(key_type, material, kid, alg)?;
    key.issuer = issuer(jwk);
    Ok(key)
}

/// The issuer that a key is bound to by a member that is not registered: Entra ID
/// writes it, as a URL or as a template. Another text means something else.
fn issuer(jwk: &Object<'_>) -> Option<IssuerName> {
    let issuer = jwk.get("issuer")?.as_text()?;
    let issuer = issuer.to_str().filter(|issuer| issuer.starts_with("https://"))?;
    Some(IssuerTemplate::parse(issuer).map_or_else(|| issuer.into(), IssuerName::from))
}

fn text<'a>(jwk: &Object<'a>, name: &str) -> Result<json::Text<'a>, Error> {
    jwk.get(name).and_then(|value| value.as_text()).ok_or(Error::JwkMember)
}

fn octets(jwk: &Object<'_>, name: &str) -> Result<Vec<u8>, Error> {
    base64url::decode(text(jwk, name)?.as_bytes()).map_err(|_| Error::JwkMember)
}

/// The octets of an integer without leading zeros. RFC 7518 §6.3.1.1 forbids
/// them and some issuers send one; it does not change the integer.
pub(super) fn integer(octets: Vec<u8>) -> Vec<u8> {
    octets.into_iter().skip_while(|octet| *octet == 0).collect()
}

fn is(value: &Value<'_>, expected: &str) -> bool {
    value.as_text().is_some_and(|text| text.eq_str(expected))
}

/// Whether `key_ops` is an array of distinct strings with `verify` among them
/// (RFC 7517 §4.3).
fn may_verify(operations: &Value<'_>) -> bool {
    let Some(items) = operations.items() else {
        return false;
    };
    let Some(names) = items.map(|item| item.as_text()).collect::<Option<Vec<_>>>() else {
        return false;
    };
    names.iter().any(|name| name.eq_str("verify")) && !json::any_twice(names.into_iter())
}
