//! RSASSA-PKCS1-v1_5 and RSASSA-PSS, RFC 7518 §3.3 and §3.5.

use ::core::ops::RangeInclusive;
use alloc::borrow::Cow;
use alloc::vec::Vec;
#[cfg(feature = "accel")]
use {
    ::rsa::traits::PublicKeyParts,
    alloc::sync::Arc,
    jotgate_accel::{rsa as accel, trust::Supervisor},
};

use ::rsa::pkcs1v15::Pkcs1v15Sign;
use ::rsa::pss::Pss;
use ::rsa::{BoxedUint, RsaPublicKey};
use jwt_compact::{Algorithm, AlgorithmSignature};
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::KeyError;
use crate::SigningKey;

/// The lengths of a modulus that are neither too weak (RFC 7518 §3.3) nor a
/// way to keep the verifier busy.
pub const MODULUS_BITS: RangeInclusive<usize> = 2048..=8192;

/// An RSA public key with the Montgomery constants of its modulus.
#[derive(Clone, Debug)]
pub struct VerifyingKey {
    stock: RsaPublicKey,
    #[cfg(feature = "accel")]
    accelerated: Option<(Arc<accel::Key>, Supervisor)>,
}

impl VerifyingKey {
    /// Takes the modulus and the exponent as big-endian octets; leading zero
    /// octets are tolerated.
    ///
    /// # Errors
    ///
    /// [`KeyError::RsaModulus`] for an even modulus and for one of less than 2048
    /// or more than 8192 bits, [`KeyError::RsaExponent`] for an exponent that is
    /// even, 1, or longer than 32 bits (RFC 8017 §3.1), [`KeyError::RsaFaulty`] for
    /// a modulus that can be factored because of how it was made.
    #[inline(never)]
    pub fn new(n: &[u8], e: &[u8]) -> Result<Self, KeyError> {
        let n = significant(n);
        let (Some(first), Some(last)) = (n.first(), n.last()) else {
            return Err(KeyError::RsaModulus);
        };
        // Bounded before it is multiplied, so that no length overflows.
        let bits = match n.len() {
            length @ ..=1024 => length * 8 - first.leading_zeros() as usize,
            _ => return Err(KeyError::RsaModulus),
        };
        if !MODULUS_BITS.contains(&bits) || last % 2 == 0 {
            return Err(KeyError::RsaModulus);
        }

        let e = match significant(e) {
            e @ [.., last] if e.len() <= 4 && last % 2 == 1 => {
                e.iter().fold(0u32, |value, octet| (value << 8) | u32::from(*octet))
            }
            _ => return Err(KeyError::RsaExponent),
        };
        if e < 3 {
            return Err(KeyError::RsaExponent);
        }
        if is_roca(n) {
            return Err(KeyError::RsaFaulty);
        }

        let stock = RsaPublicKey::new(BoxedUint::from_be_slice_vartime(n), BoxedUint::from(e));
        Ok(Self {
            stock: stock.map_err(|_| KeyError::RsaModulus)?,
            #[cfg(feature = "accel")]
            accelerated: None,
        })
    }

    /// Lets the accelerator verify, under supervision.
    #[cfg(feature = "accel")]
    pub fn accelerate(&mut self, supervisor: &Supervisor) {
        let e = self.stock.e().to_be_bytes().iter().fold(0, |e: u32, octet| e << 8 | u32::from(*octet));
        let key = accel::Key::new(&self.stock.n().to_be_bytes_trimmed_vartime(), e);
        self.accelerated = key.map(|key| (Arc::new(key), supervisor.clone()));
    }
}

/// Whether the modulus bears the mark of CVE-2017-15361: modulo each of the
/// first 126 primes it is a power of 65537. A sound modulus of 2048 bits or more
/// fails within the first few.
fn is_roca(n: &[u8]) -> bool {
    let remainder = |prime: u32| n.iter().fold(0, |rest, octet| ((rest << 8) | u32::from(*octet)) % prime);
    let is_prime = |odd: &u32| (3..*odd).step_by(2).all(|divisor| !odd.is_multiple_of(divisor));
    (3..=701).step_by(2).filter(is_prime).all(|prime| {
        let remainder = remainder(prime);
        let mut power = 1;
        loop {
            if power == remainder {
                return true;
            }
            power = power * (65_537 % prime) % prime;
            if power == 1 {
                return false;
            }
        }
    })
}

/// The octets of an integer without the leading zeros.
fn significant(integer: &[u8]) -> &[u8] {
    let zeros = integer.iter().take_while(|octet| **octet == 0).count();
    integer.get(zeros..).unwrap_or_default()
}

/// An RSA signature: as many octets as the modulus has, which only the key can
/// check.
#[derive(Clone, Debug)]
pub struct Signature(Vec<u8>);

impl AlgorithmSignature for Signature {
    fn try_from_slice(slice: &[u8]) -> anyhow::Result<Self> {
        Ok(Self(slice.to_vec()))
    }

    fn as_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }
}

macro_rules! rsa_algorithms {
    ($( $name:ident $jose:literal $section:literal $hash:ty, $scheme:expr, $check:ident ; )*) => {$(
        #[doc = concat!("`", $jose, "`, ", $section, ".")]
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name;

        impl Algorithm for $name {
            type SigningKey = SigningKey;
            type VerifyingKey = VerifyingKey;
            type Signature = Signature;

            fn name(&self) -> Cow<'static, str> {
                Cow::Borrowed($jose)
            }

            fn sign(&self, signing_key: &SigningKey, _message: &[u8]) -> Signature {
                match *signing_key {}
            }

            fn verify_signature(
                &self,
                signature: &Signature,
                verifying_key: &VerifyingKey,
                message: &[u8],
            ) -> bool {
                let hash = <$hash>::digest(message);
                let stock = || verifying_key.stock.verify($scheme, &hash, &signature.0).is_ok();
                #[cfg(feature = "accel")]
                if let Some((key, supervisor)) = &verifying_key.accelerated {
                    return key.verdict(supervisor, &signature.0, |em| key.$check::<$hash>(em, &hash), stock);
                }
                stock()
            }
        }
    )*};
}

rsa_algorithms! {
    Rs256 "RS256" "RFC 7518 §3.3" Sha256, Pkcs1v15Sign::new::<Sha256>(), is_pkcs1v15;
    Rs384 "RS384" "RFC 7518 §3.3" Sha384, Pkcs1v15Sign::new::<Sha384>(), is_pkcs1v15;
    Rs512 "RS512" "RFC 7518 §3.3" Sha512, Pkcs1v15Sign::new::<Sha512>(), is_pkcs1v15;
    // RFC 7518 §3.5: the salt is as long as the hash, MGF1 uses the same hash.
    Ps256 "PS256" "RFC 7518 §3.5" Sha256, Pss::<Sha256>::new(), is_pss;
    Ps384 "PS384" "RFC 7518 §3.5" Sha384, Pss::<Sha384>::new(), is_pss;
    Ps512 "PS512" "RFC 7518 §3.5" Sha512, Pss::<Sha512>::new(), is_pss;
}
