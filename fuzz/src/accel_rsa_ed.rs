//! The accelerators for RSA and Ed25519 against the crates and plain integers, for
//! any key and any signature; debug assertions hold every bound on a limb.

use ::rsa::BoxedUint;
use ed25519_dalek::{Signature, VerifyingKey};
use jotgate::accel::ed25519::{Key, Point, Table};
use jotgate::accel::ed25519_scalar::Scalar;
use jotgate::accel::fe25519::Fe;
use jotgate::accel::rsa;
use jotgate::accel::tables::Subject;
use std::sync::LazyLock;

/// The octets as a modulus of at least 2048 bits, its last octets as s; the first
/// five choose the length and e.
pub fn rsa(data: &[u8]) {
    let Some(([length, e0, e1, e2, e3], rest)) = data.split_first_chunk() else { return };
    let bits = 2048 + usize::from(*length);
    // Short exponents, with which an execution is quick, and any.
    let e = match u32::from_le_bytes([*e0, *e1, *e2, *e3]) | 1 {
        e if e % 16 == 1 => e.max(3),
        e => (e & 0x1_ffff).max(3),
    };
    let fill = |from: usize| rest.iter().cycle().skip(from).chain(std::iter::repeat(&0));
    let mut n: Vec<u8> = fill(0).take(bits.div_ceil(8)).copied().collect();
    let top = 0xff >> (n.len() * 8 - bits);
    if let [first, .., last] = n.as_mut_slice() {
        *first = (*first & top) | ((top >> 1) + 1);
        *last |= 1;
    }
    let s: Vec<u8> = fill(n.len()).take(n.len()).copied().collect();

    let key = <rsa::Key>::new(&n, e).unwrap_or_else(|| panic!("a modulus of {bits} bits"));
    let mut out = vec![0; n.len()];
    assert_eq!(key.apply(&s, &mut out), s < n);
    if s < n {
        let precision = (n.len() as u32 * 8).next_multiple_of(64);
        let read = |octets: &[u8]| BoxedUint::from_be_slice(octets, precision).unwrap_or_else(|_| BoxedUint::zero());
        let odd = read(&n).to_odd().into_option().unwrap_or_else(|| panic!("n is odd"));
        assert_eq!(read(&out), read(&s).pow_mod(&BoxedUint::from(e), &odd));
    }
}

fn built(point: &Point) -> Table {
    let mut build = point.begin(0);
    loop {
        if let Some(table) = Point::step(&mut build) {
            return table;
        }
    }
}

static BASE: LazyLock<Table> = LazyLock::new(|| built(&Point::base()));

/// A public key, a signature and a message.
pub fn ed25519(data: &[u8]) {
    let Some((octets, rest)) = data.split_first_chunk::<32>() else { return };
    let key = Key::new(octets);
    assert_eq!(key.is_some(), jotgate::alg::eddsa::VerifyingKey::new(octets).is_ok());
    let Some((signature, message)) = rest.split_first_chunk::<64>() else { return };
    scalars(signature);
    let (Some(key), Ok(stock)) = (key, VerifyingKey::from_bytes(octets)) else { return };
    let expected = stock.verify_strict(message, &Signature::from_bytes(signature)).is_ok();
    let of_key = built(key.point());
    assert_eq!(key.verify([None, None], message, signature), expected);
    assert_eq!(key.verify([Some(&BASE), Some(&of_key)], message, signature), expected);
}

fn integer(octets: &[u8]) -> BoxedUint {
    BoxedUint::from_le_slice(octets, 512).unwrap_or_else(|_| BoxedUint::zero())
}

/// 64 octets modulo the order, and as two elements of the field.
fn scalars(octets: &[u8; 64]) {
    let words = |integer: &BoxedUint| -> [u32; 8] {
        let octets = integer.to_le_bytes();
        let mut words = [0; 8];
        for (word, octets) in words.iter_mut().zip(octets.as_chunks().0) {
            *word = u32::from_le_bytes(*octets);
        }
        words
    };
    let power = |exponent: u32| integer(&[1]).shl(exponent);
    let modulo = |integer: &BoxedUint, modulus: &BoxedUint| {
        integer.rem_vartime(&modulus.to_nz().into_option().unwrap_or_else(|| panic!("not zero")))
    };
    let c = integer(&27_742_317_777_372_353_535_851_937_790_883_648_493_u128.to_le_bytes());
    let order = power(252).wrapping_add(&c);
    assert_eq!(Scalar::from_wide(octets).to_words(), words(&modulo(&integer(octets), &order)));

    let p = power(255).wrapping_sub(integer(&[19]));
    let (a, b) = octets.split_at(32);
    let [a, b] = [a, b].map(|octets| modulo(&modulo(&integer(octets), &power(255)), &p));
    let [x, y] = [&a, &b].map(|integer| Fe::from_words(words(integer)));
    let product = |a: &BoxedUint, b: &BoxedUint| modulo(&a.wrapping_mul(b), &p);
    assert_eq!(x.mul(&y).to_words(), words(&product(&a, &b)));
    assert_eq!(x.square().to_words(), words(&product(&a, &a)));
    let twelve = product(&product(&a, &b), &integer(&[12]));
    assert_eq!((x + x + x + x).mul(&(y + y + y)).to_words(), words(&twelve));
    assert_eq!((-x - x - x).mul(&(y + y + y + y)).to_words(), words(&modulo(&p.wrapping_sub(&twelve), &p)));
    let inverse = x.invert().mul(&x).to_words();
    assert_eq!(inverse, [u32::from(!x.is_zero()), 0, 0, 0, 0, 0, 0, 0]);
}
