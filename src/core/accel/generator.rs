//! Writes the field arithmetic of `p256_limbs.rs` and its like. Not a part of the
//! crate: `cargo run --example accel_fields` runs it, `tests/accel_ec.rs` compares.
//!
//! Columns of products are summed and reduced from the lowest on (product scanning
//! with Montgomery's reduction in between; Koç, Acar, Kaliski 1996, "FIPS"). All
//! the primes here are −1 modulo the limb's base, so that the quotient of a column
//! is the column itself, and multiplying it by the prime is shifts.

use std::fmt::Write;

/// A prime `2^top ± … − 1` and its representation.
pub struct Prime {
    /// As in comments.
    pub name: &'static str,
    /// The file beside this one.
    pub file: &'static str,
    /// How many limbs.
    pub limbs: usize,
    /// Bits of a limb.
    pub bits: usize,
    /// Exponents and signs of the prime's powers of two, the largest first, without
    /// the last, −1.
    pub terms: &'static [(usize, char)],
}

/// FIPS 186-4 §D.1.2.
pub const PRIMES: [Prime; 2] = [
    Prime {
        name: "2^256 − 2^224 + 2^192 + 2^96 − 1",
        file: "p256_limbs.rs",
        limbs: 9,
        bits: 29,
        terms: &[(256, '+'), (224, '-'), (192, '+'), (96, '+')],
    },
    Prime {
        name: "2^384 − 2^128 − 2^96 + 2^32 − 1",
        file: "p384_limbs.rs",
        limbs: 14,
        bits: 28,
        terms: &[(384, '+'), (128, '-'), (96, '-'), (32, '+')],
    },
];

/// The text of the prime's file.
pub fn source(prime: &Prime) -> String {
    let Prime { name, limbs, bits, .. } = prime;
    let mut out = format!(
        "//! {limbs} limbs of {bits} bits modulo {name}.\n\
         //!\n\
         //! Written by `generator.rs`; `field.rs` tells what it means and why nothing overflows.\n\
         \n\
         pub const LIMBS: usize = {limbs};\n\
         pub const BITS: usize = {bits};\n\
         \n\
         const MASK: i64 = (1 << {bits}) - 1;\n\
         const HALF: i64 = 1 << {};\n",
        bits - 1
    );
    let product: &[(char, &str, &str)] = &[('+', "a", "b")];
    let difference: &[(char, &str, &str)] = &[('+', "a", "b"), ('-', "c", "d")];
    multiplication(&mut out, prime, "`a · b`", "mul", &["a", "b"], &|k| products(limbs, k, product));
    multiplication(&mut out, prime, "`a²`", "square", &["a"], &|k| squares(*limbs, k));
    multiplication(&mut out, prime, "`a · b − c · d`", "mul_sub", &["a", "b", "c", "d"], &|k| {
        products(limbs, k, difference)
    });
    limbwise(&mut out, *limbs, "`a + b`", "add", "a, b", |i| format!("a[{i}] + b[{i}]"));
    limbwise(&mut out, *limbs, "`a − b`", "sub", "a, b", |i| format!("a[{i}] - b[{i}]"));
    limbwise(&mut out, *limbs, "`−a`", "neg", "a", |i| format!("-a[{i}]"));
    carry(&mut out, prime);
    out
}

/// The products of column `k`.
fn products(limbs: &usize, k: usize, pairs: &[(char, &str, &str)]) -> Vec<String> {
    let mut lines = Vec::new();
    for (sign, a, b) in pairs {
        let places = (0..*limbs).filter(|i| k >= *i && k - i < *limbs);
        let terms: Vec<String> = places.map(|i| format!("{a}{i} * {b}{}", k - i)).collect();
        let sign = if lines.is_empty() { "" } else { &format!("{sign} ") };
        let separator = if sign == "- " { " - " } else { " + " };
        lines.push(format!("{sign}{}", terms.join(separator)));
    }
    lines
}

/// The products of column `k` of a square, equal ones taken together.
fn squares(limbs: usize, k: usize) -> Vec<String> {
    let mut terms: Vec<String> =
        (0..limbs).filter(|i| k > 2 * i && k - i < limbs).map(|i| format!("twice_a{i} * a{}", k - i)).collect();
    if k.is_multiple_of(2) {
        terms.push(format!("a{0} * a{0}", k / 2));
    }
    vec![terms.join(" + ")]
}

fn multiplication(
    out: &mut String,
    prime: &Prime,
    what: &str,
    name: &str,
    operands: &[&str],
    column: &dyn Fn(usize) -> Vec<String>,
) {
    let Prime { limbs, bits, terms, .. } = *prime;
    let parameters: Vec<String> = operands.iter().map(|operand| format!("{operand}: &[i32; {limbs}]")).collect();
    let _ = write!(
        out,
        "\n/// {what} `/ 2^{}`.\n#[inline(never)]\npub fn {name}({}) -> [i32; {limbs}] {{\n",
        limbs * bits,
        parameters.join(", ")
    );
    for operand in operands {
        for i in 0..limbs {
            let _ = writeln!(out, "    let {operand}{i} = i64::from({operand}[{i}]);");
        }
    }
    if name == "square" {
        for i in 0..limbs - 1 {
            let _ = writeln!(out, "    let twice_a{i} = 2 * a{i};");
        }
    }
    for k in 0..2 * limbs - 1 {
        let mut lines = column(k);
        match k {
            0 => {}
            k if k <= limbs => lines.push(format!("+ (t{} >> {bits})", k - 1)),
            k => lines.push(format!("+ c{}", k - 1)),
        }
        let quotients = terms.iter().filter(|(exponent, _)| {
            let above = exponent / bits;
            k >= above && k - above < limbs
        });
        let shifted: Vec<String> = quotients
            .map(|(exponent, sign)| format!("{sign} (m{} << {})", k - exponent / bits, exponent % bits))
            .collect();
        if !shifted.is_empty() {
            lines.push(shifted.join(" "));
        }
        let _ = writeln!(out, "    let t{k} = {};", lines.join("\n        "));
        if k < limbs {
            let _ = writeln!(out, "    let m{k} = t{k} & MASK;");
        } else {
            let _ = writeln!(out, "    let c{k} = (t{k} + HALF) >> {bits};");
        }
    }
    let lower = (limbs..2 * limbs - 1).map(|k| format!("        (t{k} - (c{k} << {bits})) as i32,\n"));
    let _ = write!(out, "    [\n{}        c{} as i32,\n    ]\n}}\n", lower.collect::<String>(), 2 * limbs - 2);
}

fn limbwise(out: &mut String, limbs: usize, what: &str, name: &str, operands: &str, limb: impl Fn(usize) -> String) {
    let parameters: Vec<String> = operands.split(", ").map(|operand| format!("{operand}: &[i32; {limbs}]")).collect();
    let parameters = parameters.join(", ");
    let _ = write!(
        out,
        "\n/// {what}, limb by limb.\n#[inline(always)]\npub fn {name}({parameters}) -> [i32; {limbs}] {{\n    [\n"
    );
    for i in 0..limbs {
        let _ = writeln!(out, "        {},", limb(i));
    }
    out.push_str("    ]\n}\n");
}

/// Takes the multiple of `2^top` out of the top limb, and carries.
fn carry(out: &mut String, prime: &Prime) {
    let Prime { limbs, bits, terms, .. } = *prime;
    let (top, shift) = (limbs - 1, terms[0].0 % bits);
    assert_eq!(terms[0].0 / bits, top, "the largest power of two lies in the top limb");
    let _ = write!(
        out,
        "\n/// `a` with balanced limbs, near 0.\n#[inline(never)]\npub fn carry(a: &[i32; {limbs}]) -> [i32; {limbs}] {{\n    \
         let q = (a[{top}] + (1 << {})) >> {shift};\n",
        shift - 1
    );
    for i in 0..limbs {
        let mut sum = format!("a[{i}]");
        if i == 0 {
            sum.push_str(" + q");
        }
        for (at, (exponent, sign)) in terms.iter().enumerate().filter(|(_, (exponent, _))| exponent / bits == i) {
            // What is taken from the top comes back as the rest of the prime, negated.
            let sign = if at == 0 || *sign == '+' { '-' } else { '+' };
            let _ = write!(sum, " {sign} (q << {})", exponent % bits);
        }
        if i > 0 {
            let _ = write!(sum, " + c{}", i - 1);
        }
        let _ = writeln!(out, "    let t{i} = {sum};");
        if i < top {
            let _ = writeln!(out, "    let c{i} = (t{i} + HALF as i32) >> {bits};");
        }
    }
    let lower = (0..top).map(|i| format!("        t{i} - (c{i} << {bits}),\n"));
    let _ = write!(out, "    [\n{}        t{top},\n    ]\n}}\n", lower.collect::<String>());
}
