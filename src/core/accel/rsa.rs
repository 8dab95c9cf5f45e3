//! RSASSA-PKCS1-v1_5 and RSASSA-PSS verification (RFC 8017 §8.2.2 and §8.1.2)
//! with everything that depends on the modulus computed once.

#[cfg(not(target_arch = "wasm32"))]
use super::rsa_scalar::Scalar as Kernel;
#[cfg(target_arch = "wasm32")]
use super::rsa_simd::Simd as Kernel;
use super::{
    Family,
    rsa_elsewhere::Elsewhere,
    rsa_encoding::{Hash, is_pkcs1v15, is_pss},
    rsa_montgomery::{self, MAX_OCTETS, PublicKey},
    trust::Supervisor,
};
use ::core::sync::atomic::AtomicBool;
use spin::Once;

/// An RSA public key, prepared; with the kernel that is fastest on the target.
#[derive(Debug)]
pub struct Key<K = Kernel> {
    public: PublicKey<K>,
    proven: AtomicBool,
    /// Asked for with the first verdict: most keys of a set never come to one.
    elsewhere: Once<Option<Elsewhere>>,
}

impl<K: rsa_montgomery::Kernel> Key<K> {
    /// Takes the modulus as big-endian octets without leading zeros, and the
    /// exponent. `None` for an even modulus and for one of less than 2048 or more
    /// than 8192 bits, for an exponent that is even or 1.
    #[must_use]
    pub fn new(n: &[u8], e: u32) -> Option<Self> {
        Some(Self { public: PublicKey::new(n, e)?, proven: AtomicBool::new(false), elsewhere: Once::new() })
    }

    /// Whether `signature` is this key's over a message of this hash, RFC 8017 §8.2.2.
    #[must_use]
    pub fn verify_pkcs1v15<H: Hash>(&self, hash: &[u8], signature: &[u8]) -> bool {
        self.decode(signature, |em| self.is_pkcs1v15::<H>(em, hash))
    }

    /// Whether `signature` is this key's over a message of this hash, RFC 8017
    /// §8.1.2, with the parameters of RFC 7518 §3.5.
    #[must_use]
    pub fn verify_pss<H: Hash>(&self, hash: &[u8], signature: &[u8]) -> bool {
        self.decode(signature, |em| self.is_pss::<H>(em, hash))
    }

    /// Whether a message of this hash is encoded as `em`, as many octets as n has,
    /// RFC 8017 §8.2.2.
    #[must_use]
    pub fn is_pkcs1v15<H: Hash>(&self, em: &mut [u8], hash: &[u8]) -> bool {
        is_pkcs1v15(em, &H::DIGEST_INFO, hash)
    }

    /// Whether a message of this hash is encoded as `em`, as many octets as n has and
    /// overwritten, RFC 8017 §8.1.2.
    #[must_use]
    pub fn is_pss<H: Hash>(&self, em: &mut [u8], hash: &[u8]) -> bool {
        // EM has one bit less than n: it may begin behind an octet that is zero.
        let bits = self.public.bits() - 1;
        let first = em.len().saturating_sub(bits.div_ceil(8));
        match em.split_at_mut_checked(first) {
            Some(([] | [0], em)) => is_pss::<H>(em, bits, hash),
            _ => false,
        }
    }

    /// What `check`, one of the two above, says to the signature's encoded message, or
    /// what `stock`, the crate, says to the signature where the supervisor asks for it:
    /// for an accelerator's first verdicts of all, and for each key's first.
    pub fn verdict(
        &self,
        supervisor: &Supervisor,
        signature: &[u8],
        check: impl FnOnce(&mut [u8]) -> bool,
        stock: impl FnOnce() -> bool,
    ) -> bool {
        let mut buffer = [0; MAX_OCTETS];
        let (family, proven, em) = self.decode_by_any(supervisor, signature, &mut buffer);
        supervisor.verdict_without_tables(family, proven, || em.is_some_and(check), stock)
    }

    /// RSAVP1 and I2OSP, by whom, and whether they were compared for this key; nothing is
    /// computed where nobody is believed.
    fn decode_by_any<'a>(
        &'a self,
        supervisor: &Supervisor,
        signature: &[u8],
        buffer: &'a mut [u8; MAX_OCTETS],
    ) -> (Family, &'a AtomicBool, Option<&'a mut [u8]>) {
        let em = buffer.get_mut(..signature.len()).filter(|_| self.public.takes(signature));
        let Some(em) = em else { return (Family::Rsa, &self.proven, None) };
        if let Some(elsewhere) = self.elsewhere(supervisor) {
            em.copy_from_slice(signature);
            if elsewhere.apply(em) {
                return (Family::RsaElsewhere, &elsewhere.proven, Some(em));
            }
        }
        let decoded = !supervisor.is_off(Family::Rsa) && self.public.apply(signature, em);
        (Family::Rsa, &self.proven, decoded.then_some(em))
    }

    fn elsewhere(&self, supervisor: &Supervisor) -> Option<&Elsewhere> {
        if supervisor.is_off(Family::RsaElsewhere) {
            return None;
        }
        self.elsewhere.call_once(|| Elsewhere::new(self.public.n(), self.public.e())).as_ref()
    }

    /// RSAVP1 and I2OSP, and what `check` says to the octets.
    fn decode(&self, signature: &[u8], check: impl FnOnce(&mut [u8]) -> bool) -> bool {
        let mut buffer = [0; MAX_OCTETS];
        let Some(em) = buffer.get_mut(..signature.len()) else {
            return false;
        };
        self.public.apply(signature, em) && check(em)
    }

    /// sᵉ modulo n as big-endian octets, as many as n has; false for an s that is
    /// not below n, or not as long as n (RFC 8017 §5.2.2).
    #[must_use]
    pub fn apply(&self, s: &[u8], out: &mut [u8]) -> bool {
        self.public.apply(s, out)
    }

    /// The memory that the key takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.public.bytes()
    }
}
