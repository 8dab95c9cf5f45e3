//! What a signature must decode to: EMSA-PKCS1-v1_5 (RFC 8017 §9.2) and EMSA-PSS
//! (RFC 8017 §9.1.2).
//!
//! For PKCS #1 v1.5 every octet is compared with the one octet that can stand
//! there, as §8.2.2 says; no length is read from the message.

use sha2::{Digest, Sha256, Sha384, Sha512};

/// A hash function with its DigestInfo up to the hash itself, RFC 8017 §9.2
/// note 1.
pub trait Hash: Digest {
    /// The octets of T that stand before H.
    const DIGEST_INFO: [u8; 19];
}

/// The three differ in the last arc of the object identifier, and in lengths.
const fn digest_info(arc: u8, length: u8) -> [u8; 19] {
    let oid = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc];
    let [o0, o1, o2, o3, o4, o5, o6, o7, o8] = oid;
    [0x30, 17 + length, 0x30, 13, 0x06, 9, o0, o1, o2, o3, o4, o5, o6, o7, o8, 0x05, 0x00, 0x04, length]
}

impl Hash for Sha256 {
    const DIGEST_INFO: [u8; 19] = digest_info(1, 32);
}

impl Hash for Sha384 {
    const DIGEST_INFO: [u8; 19] = digest_info(2, 48);
}

impl Hash for Sha512 {
    const DIGEST_INFO: [u8; 19] = digest_info(3, 64);
}

/// Whether `em` is 00 01 FF … FF 00, the DigestInfo and the hash, with at least
/// eight octets of padding.
pub fn is_pkcs1v15(em: &[u8], digest_info: &[u8; 19], hash: &[u8]) -> bool {
    let [.., hash_length] = digest_info;
    let padded = em.strip_suffix(hash).and_then(|rest| rest.strip_suffix(digest_info));
    let Some([0, 1, padding @ .., 0]) = padded else {
        return false;
    };
    hash.len() == usize::from(*hash_length) && padding.len() >= 8 && padding.iter().all(|octet| *octet == 0xff)
}

/// Whether `em`, which is overwritten, is the encoding of a message of this hash
/// in `bits` bits, with a salt as long as the hash and MGF1 with the same hash
/// (RFC 7518 §3.5). The steps are those of RFC 8017 §9.1.2.
pub fn is_pss<H: Hash>(em: &mut [u8], bits: usize, hash: &[u8]) -> bool {
    let length = <H as Digest>::output_size();
    if hash.len() != length || em.len() != bits.div_ceil(8) || em.len() < 2 * length + 2 {
        return false; // steps 2 and 3
    }
    let Some((0xbc, rest)) = em.split_last_mut() else {
        return false; // step 4
    };
    let Some((db, h)) = rest.split_at_mut_checked(rest.len() - length) else {
        return false; // step 5
    };
    // The bits of the first octet that are beyond `bits`.
    let beyond = !(0xff_u8 >> ((8 - bits % 8) % 8));
    if db.first().is_none_or(|first| first & beyond != 0) {
        return false; // step 6
    }
    for (counter, part) in (0u32..).zip(db.chunks_mut(length)) {
        // Steps 7 and 8; MGF1 is RFC 8017 §B.2.1.
        let mask = H::new().chain_update(&*h).chain_update(counter.to_be_bytes()).finalize();
        part.iter_mut().zip(mask).for_each(|(octet, mask)| *octet ^= mask);
    }
    if let Some(first) = db.first_mut() {
        *first &= !beyond; // step 9
    }
    let Some((padding, salt)) = db.split_at_checked(db.len() - length) else {
        return false; // step 11
    };
    let Some((1, zeros)) = padding.split_last() else {
        return false; // step 10
    };
    let expected = H::new().chain_update([0; 8]).chain_update(hash).chain_update(salt).finalize();
    zeros.iter().all(|octet| *octet == 0) && expected.as_slice() == h // steps 10 and 12 to 14
}
