//! Every way to a verdict on a signature, for all runtimes: the crate's, and the
//! accelerator's with each kernel and with tables of every level. Nobody supervises
//! them, so that a wrong one is seen.
//!
//! The caller writes into [`buffer`], one part after the other, and tells the lengths.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a trap is a failed test")]

use jotgate::{Alg, Key, KeySet};
use jotgate_accel::rsa_encoding::{Hash, is_pkcs1v15, is_pss};
use jotgate_accel::rsa_scalar::Scalar;
use jotgate_accel::tables::Subject;
use jotgate_accel::{ecdsa::p256, ecdsa::p384, ed25519, rsa};
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

const SIZE: usize = 1 << 16;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; SIZE]);
    static PREPARED: RefCell<Option<Prepared>> = const { RefCell::new(None) };
}

struct Prepared {
    alg: Alg,
    crates: Key,
    bits: usize,
    ways: Ways,
}

/// The place of 65536 octets.
#[unsafe(no_mangle)]
extern "C" fn buffer() -> *const u8 {
    BUFFER.with_borrow(|buffer| buffer.as_ptr())
}

/// Takes the `alg`, the key as JWK, and its octets: `x ‖ y`, the encoded point, or
/// the exponent in four octets and the modulus; none where the family has no
/// accelerator. Gives how many ways there are, the crate's not counted; −1 for a key
/// that is refused.
#[unsafe(no_mangle)]
extern "C" fn prepare(alg: usize, jwk: usize, octets: usize) -> i32 {
    let buffer = BUFFER.with_borrow(Clone::clone);
    let (alg, rest) = buffer.split_at(alg);
    let (jwk, rest) = rest.split_at(jwk);
    let alg = Alg::from_name(std::str::from_utf8(alg).unwrap()).unwrap();
    let Ok(keys) = KeySet::from_jwk(jwk) else { return -1 };
    let octets = &rest[..octets];
    let ways = match alg {
        Alg::Es256 => p256_ways(octets),
        Alg::Es384 => p384_ways(octets),
        Alg::EdDsa => ed25519_ways(octets),
        Alg::Rs256 => rsa_ways(octets, pkcs1v15::<Sha256, _>, pkcs1v15::<Sha256, _>),
        Alg::Rs384 => rsa_ways(octets, pkcs1v15::<Sha384, _>, pkcs1v15::<Sha384, _>),
        Alg::Rs512 => rsa_ways(octets, pkcs1v15::<Sha512, _>, pkcs1v15::<Sha512, _>),
        Alg::Ps256 => rsa_ways(octets, pss::<Sha256, _>, pss::<Sha256, _>),
        Alg::Ps384 => rsa_ways(octets, pss::<Sha384, _>, pss::<Sha384, _>),
        Alg::Ps512 => rsa_ways(octets, pss::<Sha512, _>, pss::<Sha512, _>),
        _ => Vec::new(),
    };
    let bits = octets.get(4..).map_or(0, |n| n.len() * 8 - n.first().map_or(0, |first| first.leading_zeros() as usize));
    let count = ways.len() as i32;
    PREPARED.set(Some(Prepared { alg, crates: keys.keys()[0].clone(), bits, ways }));
    count
}

/// The verdict of a way, from 0 on, on a message and a signature; the crate's for −1.
#[unsafe(no_mangle)]
extern "C" fn verify(way: i32, message: usize, signature: usize) -> bool {
    with_parts(message, signature, |prepared, message, signature| match usize::try_from(way) {
        Ok(way) => prepared.ways[way](message, signature),
        Err(_) => prepared.crates.verify(prepared.alg, message, signature),
    })
}

/// Whether what RSA's public operation has made of a signature, as long as the
/// modulus, is the encoding of the message.
#[unsafe(no_mangle)]
extern "C" fn encodes(message: usize, em: usize) -> bool {
    with_parts(message, em, |prepared, message, em| match prepared.alg {
        Alg::Rs256 => is_pkcs1v15(em, &Sha256::DIGEST_INFO, &Sha256::digest(message)),
        Alg::Rs384 => is_pkcs1v15(em, &Sha384::DIGEST_INFO, &Sha384::digest(message)),
        Alg::Rs512 => is_pkcs1v15(em, &Sha512::DIGEST_INFO, &Sha512::digest(message)),
        Alg::Ps256 => is_pss_of::<Sha256>(em, prepared.bits, message),
        Alg::Ps384 => is_pss_of::<Sha384>(em, prepared.bits, message),
        Alg::Ps512 => is_pss_of::<Sha512>(em, prepared.bits, message),
        _ => false,
    })
}

fn with_parts(first: usize, second: usize, verdict: impl FnOnce(&Prepared, &[u8], &[u8]) -> bool) -> bool {
    BUFFER.with_borrow(|buffer| {
        let (first, rest) = buffer.split_at(first);
        PREPARED.with_borrow(|prepared| verdict(prepared.as_ref().unwrap(), first, &rest[..second]))
    })
}

/// RFC 8017 §8.1.2: EM is an octet shorter than n where n has one bit more than octets.
fn is_pss_of<H: Hash>(em: &[u8], bits: usize, message: &[u8]) -> bool {
    let (before, em) = em.split_at(em.len() - (bits - 1).div_ceil(8));
    before.iter().all(|octet| *octet == 0) && is_pss::<H>(&mut em.to_vec(), bits - 1, &H::digest(message))
}

fn table<S: Subject>(point: &S, level: usize) -> S::Table {
    let mut build = point.begin(level);
    std::iter::repeat_with(|| S::step(&mut build)).find_map(|table| table).unwrap()
}

type Ways = Vec<Box<dyn Fn(&[u8], &[u8]) -> bool>>;

fn all_tables<S: Subject>(point: &S) -> Rc<[S::Table]> {
    (0..point.levels().len()).map(|level| table(point, level)).collect()
}

/// No table, or that of a level: each of one point with each of the other.
fn pairs<T: 'static>(
    of: [Rc<[T]>; 2],
    verify: impl Fn([Option<&T>; 2], &[u8], &[u8]) -> bool + Clone + 'static,
) -> Ways {
    let each = |tables: &[T]| std::iter::once(None).chain((0..tables.len()).map(Some));
    let pairs = each(&of[0]).flat_map(|generator| each(&of[1]).map(move |public| [generator, public]));
    let way = |[generator, public]: [Option<usize>; 2]| {
        let (of, verify) = (of.clone(), verify.clone());
        Box::new(move |message: &[u8], signature: &[u8]| {
            let tables = [generator.map(|level| &of[0][level]), public.map(|level| &of[1][level])];
            verify(tables, message, signature)
        }) as Box<_>
    };
    pairs.map(way).collect()
}

macro_rules! ecdsa_ways {
    ($name:ident $curve:ident $hash:ident $width:literal) => {
        fn $name(octets: &[u8]) -> Ways {
            thread_local! {
                static OF_GENERATOR: OnceCell<Rc<[$curve::Table]>> = const { OnceCell::new() };
            }
            let (x, y) = octets.split_at($width);
            let key = Rc::new($curve::Key::new(x, y).unwrap());
            let [generator, public] = key.subjects();
            let of_generator = OF_GENERATOR.with(|kept| kept.get_or_init(|| all_tables(generator)).clone());
            let tables = [of_generator, all_tables(public)];
            pairs(tables, move |tables, message, signature| key.verify(tables, &$hash::digest(message), signature))
        }
    };
}

ecdsa_ways!(p256_ways p256 Sha256 32);
ecdsa_ways!(p384_ways p384 Sha384 48);

fn ed25519_ways(octets: &[u8]) -> Ways {
    thread_local! {
        static OF_BASE: OnceCell<Rc<[ed25519::Table]>> = const { OnceCell::new() };
    }
    let key = ed25519::Key::new(octets.try_into().unwrap()).unwrap();
    let of_base = OF_BASE.with(|kept| kept.get_or_init(|| all_tables(&ed25519::Point::base())).clone());
    pairs([of_base, all_tables(key.point())], move |tables, message, signature| {
        signature.try_into().is_ok_and(|signature| key.verify(tables, message, signature))
    })
}

type Verify<K> = fn(&rsa::Key<K>, &[u8], &[u8]) -> bool;

/// With 64-bit integers, and with simd128.
fn rsa_ways(octets: &[u8], scalar: Verify<Scalar>, simd: Verify<jotgate_accel::rsa_simd::Simd>) -> Ways {
    let (e, n) = octets.split_first_chunk().unwrap();
    let e = u32::from_be_bytes(*e);
    let of_scalar = rsa::Key::new(n, e).unwrap();
    let of_simd = rsa::Key::new(n, e).unwrap();
    vec![
        Box::new(move |message, signature| scalar(&of_scalar, message, signature)),
        Box::new(move |message, signature| simd(&of_simd, message, signature)),
    ]
}

fn pkcs1v15<H: Hash, K: jotgate_accel::rsa_montgomery::Kernel>(
    key: &rsa::Key<K>,
    message: &[u8],
    signature: &[u8],
) -> bool {
    key.verify_pkcs1v15::<H>(&H::digest(message), signature)
}

fn pss<H: Hash, K: jotgate_accel::rsa_montgomery::Kernel>(key: &rsa::Key<K>, message: &[u8], signature: &[u8]) -> bool {
    key.verify_pss::<H>(&H::digest(message), signature)
}
