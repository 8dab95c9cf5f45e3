//! Public keys as PEM: `PUBLIC KEY` of RFC 7468 §13, holding the
//! SubjectPublicKeyInfo of RFC 5280 §4.1.2.7.

use spki::der::asn1::{AnyRef, UintRef};
use spki::der::{Decode, Reader, SliceReader};
use spki::{ObjectIdentifier, SubjectPublicKeyInfoRef};

use super::jwk::integer;
use super::{Key, Material};
use crate::core::alg::{Alg, KeyType};
use crate::core::error::Error;

/// `rsaEncryption`, RFC 3279 §2.3.1.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-ecPublicKey`, RFC 5480 §2.1.1.
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `id-Ed25519`, RFC 8410 §3.
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The named curves of RFC 5480 §2.1.1.1 and SEC 2 §2.4.1.
const CURVES: [(ObjectIdentifier, KeyType); 4] = [
    (
        ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
        KeyType::P256,
    ),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), KeyType::P384),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), KeyType::P521),
    (
        ObjectIdentifier::new_unwrap("1.3.132.0.10"),
        KeyType::Secp256k1,
    ),
];

/// The parameter sets of RFC 9881 §2.
const ML_DSA: [(ObjectIdentifier, KeyType, &str); 3] = [
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17"),
        KeyType::MlDsa44,
        "ML-DSA-44",
    ),
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18"),
        KeyType::MlDsa65,
        "ML-DSA-65",
    ),
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19"),
        KeyType::MlDsa87,
        "ML-DSA-87",
    ),
];

/// Reads one public key from PEM text. White space around it is ignored;
/// anything else around it, headers and a second key are not accepted.
///
/// # Errors
///
/// - [`Error::JwkPrivate`]: the text is a private key
/// - [`Error::PemLabel`]: a certificate, an `RSA PUBLIC KEY` or another label
///   than `PUBLIC KEY`
/// - [`Error::PemInvalid`]: not PEM, or not a DER SubjectPublicKeyInfo
/// - [`Error::JwkUnsupported`]: no algorithm here works with this key
/// - what [`jwk::read`](super::jwk::read) finds wrong with the key itself
pub fn parse(text: &[u8]) -> Result<Key, Error> {
    let text = text.trim_ascii();
    // RFC 7468 §2 lets text stand before the key; whose text that is nobody checks.
    if !text.starts_with(b"-----BEGIN ") {
        return Err(Error::PemInvalid);
    }
    let mut decoder = pem_rfc7468::Decoder::new_detect_wrap(text).map_err(|_| Error::PemInvalid)?;
    match decoder.type_label() {
        "PUBLIC KEY" => {}
        label if label.ends_with("PRIVATE KEY") => return Err(Error::JwkPrivate),
        _ => return Err(Error::PemLabel),
    }
    let mut der = alloc::vec::Vec::new();
    decoder
        .decode_to_end(&mut der)
        .map_err(|_| Error::PemInvalid)?;
    read(&der)
}

/// Reads a DER SubjectPublicKeyInfo.
fn read(der: &[u8]) -> Result<Key, Error> {
    let spki = SubjectPublicKeyInfoRef::try_from(der).map_err(|_| Error::PemInvalid)?;
    let parameters = spki.algorithm.parameters;
    let public_key = spki
        .subject_public_key
        .as_bytes()
        .ok_or(Error::PemInvalid)?;
    let (key_type, material, alg) = match spki.algorithm.oid {
        RSA => {
            parameters
                .filter(|parameters| parameters.is_null())
                .ok_or(Error::PemInvalid)?;
            (
                KeyType::Rsa,
                rsa(public_key).map_err(|_| Error::PemInvalid)?,
                None,
            )
        }
        EC => {
            let (key_type, material) = ec(parameters, public_key)?;
            (key_type, material, None)
        }
        ED25519 => {
            no(parameters)?;
            (
                KeyType::Ed25519,
                Material::Okp {
                    x: public_key.to_vec(),
                },
                None,
            )
        }
        oid => {
            let (_, key_type, alg) = ML_DSA
                .into_iter()
                .find(|(known, ..)| *known == oid)
                .ok_or(Error::JwkUnsupported)?;
            no(parameters)?;
            let alg = Alg::from_name(alg).ok_or(Error::JwkUnsupported)?;
            (
                key_type,
                Material::Akp {
                    public: public_key.to_vec(),
                },
                Some(alg),
            )
        }
    };
    Key::new(key_type, material, None, alg)
}

/// RFC 8410 §3 and RFC 9881 §2: the parameters are absent.
fn no(parameters: Option<AnyRef<'_>>) -> Result<(), Error> {
    parameters.map_or(Ok(()), |_| Err(Error::PemInvalid))
}

/// The `RSAPublicKey` of RFC 8017 §A.1.1.
fn rsa(public_key: &[u8]) -> Result<Material, spki::der::Error> {
    let mut reader = SliceReader::new(public_key)?;
    let material = reader.sequence(|reader| -> Result<_, spki::der::Error> {
        let n = UintRef::decode(reader)?.as_bytes().to_vec();
        let e = UintRef::decode(reader)?.as_bytes().to_vec();
        Ok(Material::Rsa {
            n: integer(n),
            e: integer(e),
        })
    })?;
    reader.finish()?;
    Ok(material)
}

/// An uncompressed point on a named curve, RFC 5480 §2.2; the compressed form
/// is optional there and not taken.
fn ec(parameters: Option<AnyRef<'_>>, public_key: &[u8]) -> Result<(KeyType, Material), Error> {
    let curve = parameters.ok_or(Error::PemInvalid)?;
    let curve: ObjectIdentifier = curve.decode_as().map_err(|_| Error::JwkUnsupported)?;
    let (_, key_type) = CURVES
        .into_iter()
        .find(|(known, _)| *known == curve)
        .ok_or(Error::JwkUnsupported)?;
    let point = match public_key {
        [4, point @ ..] if point.len() % 2 == 0 => point,
        _ => return Err(Error::EcPoint),
    };
    let (x, y) = point
        .split_at_checked(point.len() / 2)
        .ok_or(Error::EcPoint)?;
    Ok((
        key_type,
        Material::Ec {
            x: x.to_vec(),
            y: y.to_vec(),
        },
    ))
}
