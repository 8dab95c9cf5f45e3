//! 9 limbs of 29 bits modulo 2^256 − 2^224 + 2^192 + 2^96 − 1.
//!
//! Written by `generator.rs`; `field.rs` tells what it means and why nothing overflows.

pub const LIMBS: usize = 9;
pub const BITS: usize = 29;

const MASK: i64 = (1 << 29) - 1;
const HALF: i64 = 1 << 28;

/// `a · b` `/ 2^261`.
#[inline(never)]
pub fn mul(a: &[i32; 9], b: &[i32; 9]) -> [i32; 9] {
    let a0 = i64::from(a[0]);
    let a1 = i64::from(a[1]);
    let a2 = i64::from(a[2]);
    let a3 = i64::from(a[3]);
    let a4 = i64::from(a[4]);
    let a5 = i64::from(a[5]);
    let a6 = i64::from(a[6]);
    let a7 = i64::from(a[7]);
    let a8 = i64::from(a[8]);
    let b0 = i64::from(b[0]);
    let b1 = i64::from(b[1]);
    let b2 = i64::from(b[2]);
    let b3 = i64::from(b[3]);
    let b4 = i64::from(b[4]);
    let b5 = i64::from(b[5]);
    let b6 = i64::from(b[6]);
    let b7 = i64::from(b[7]);
    let b8 = i64::from(b[8]);
    let t0 = a0 * b0;
    let m0 = t0 & MASK;
    let t1 = a0 * b1 + a1 * b0
        + (t0 >> 29);
    let m1 = t1 & MASK;
    let t2 = a0 * b2 + a1 * b1 + a2 * b0
        + (t1 >> 29);
    let m2 = t2 & MASK;
    let t3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0
        + (t2 >> 29)
        + (m0 << 9);
    let m3 = t3 & MASK;
    let t4 = a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0
        + (t3 >> 29)
        + (m1 << 9);
    let m4 = t4 & MASK;
    let t5 = a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0
        + (t4 >> 29)
        + (m2 << 9);
    let m5 = t5 & MASK;
    let t6 = a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0
        + (t5 >> 29)
        + (m0 << 18) + (m3 << 9);
    let m6 = t6 & MASK;
    let t7 = a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0
        + (t6 >> 29)
        - (m0 << 21) + (m1 << 18) + (m4 << 9);
    let m7 = t7 & MASK;
    let t8 = a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0
        + (t7 >> 29)
        + (m0 << 24) - (m1 << 21) + (m2 << 18) + (m5 << 9);
    let m8 = t8 & MASK;
    let t9 = a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1
        + (t8 >> 29)
        + (m1 << 24) - (m2 << 21) + (m3 << 18) + (m6 << 9);
    let c9 = (t9 + HALF) >> 29;
    let t10 = a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2
        + c9
        + (m2 << 24) - (m3 << 21) + (m4 << 18) + (m7 << 9);
    let c10 = (t10 + HALF) >> 29;
    let t11 = a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3
        + c10
        + (m3 << 24) - (m4 << 21) + (m5 << 18) + (m8 << 9);
    let c11 = (t11 + HALF) >> 29;
    let t12 = a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4
        + c11
        + (m4 << 24) - (m5 << 21) + (m6 << 18);
    let c12 = (t12 + HALF) >> 29;
    let t13 = a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5
        + c12
        + (m5 << 24) - (m6 << 21) + (m7 << 18);
    let c13 = (t13 + HALF) >> 29;
    let t14 = a6 * b8 + a7 * b7 + a8 * b6
        + c13
        + (m6 << 24) - (m7 << 21) + (m8 << 18);
    let c14 = (t14 + HALF) >> 29;
    let t15 = a7 * b8 + a8 * b7
        + c14
        + (m7 << 24) - (m8 << 21);
    let c15 = (t15 + HALF) >> 29;
    let t16 = a8 * b8
        + c15
        + (m8 << 24);
    let c16 = (t16 + HALF) >> 29;
    [
        (t9 - (c9 << 29)) as i32,
        (t10 - (c10 << 29)) as i32,
        (t11 - (c11 << 29)) as i32,
        (t12 - (c12 << 29)) as i32,
        (t13 - (c13 << 29)) as i32,
        (t14 - (c14 << 29)) as i32,
        (t15 - (c15 << 29)) as i32,
        (t16 - (c16 << 29)) as i32,
        c16 as i32,
    ]
}

/// `a²` `/ 2^261`.
#[inline(never)]
pub fn square(a: &[i32; 9]) -> [i32; 9] {
    let a0 = i64::from(a[0]);
    let a1 = i64::from(a[1]);
    let a2 = i64::from(a[2]);
    let a3 = i64::from(a[3]);
    let a4 = i64::from(a[4]);
    let a5 = i64::from(a[5]);
    let a6 = i64::from(a[6]);
    let a7 = i64::from(a[7]);
    let a8 = i64::from(a[8]);
    let twice_a0 = 2 * a0;
    let twice_a1 = 2 * a1;
    let twice_a2 = 2 * a2;
    let twice_a3 = 2 * a3;
    let twice_a4 = 2 * a4;
    let twice_a5 = 2 * a5;
    let twice_a6 = 2 * a6;
    let twice_a7 = 2 * a7;
    let t0 = a0 * a0;
    let m0 = t0 & MASK;
    let t1 = twice_a0 * a1
        + (t0 >> 29);
    let m1 = t1 & MASK;
    let t2 = twice_a0 * a2 + a1 * a1
        + (t1 >> 29);
    let m2 = t2 & MASK;
    let t3 = twice_a0 * a3 + twice_a1 * a2
        + (t2 >> 29)
        + (m0 << 9);
    let m3 = t3 & MASK;
    let t4 = twice_a0 * a4 + twice_a1 * a3 + a2 * a2
        + (t3 >> 29)
        + (m1 << 9);
    let m4 = t4 & MASK;
    let t5 = twice_a0 * a5 + twice_a1 * a4 + twice_a2 * a3
        + (t4 >> 29)
        + (m2 << 9);
    let m5 = t5 & MASK;
    let t6 = twice_a0 * a6 + twice_a1 * a5 + twice_a2 * a4 + a3 * a3
        + (t5 >> 29)
        + (m0 << 18) + (m3 << 9);
    let m6 = t6 & MASK;
    let t7 = twice_a0 * a7 + twice_a1 * a6 + twice_a2 * a5 + twice_a3 * a4
        + (t6 >> 29)
        - (m0 << 21) + (m1 << 18) + (m4 << 9);
    let m7 = t7 & MASK;
    let t8 = twice_a0 * a8 + twice_a1 * a7 + twice_a2 * a6 + twice_a3 * a5 + a4 * a4
        + (t7 >> 29)
        + (m0 << 24) - (m1 << 21) + (m2 << 18) + (m5 << 9);
    let m8 = t8 & MASK;
    let t9 = twice_a1 * a8 + twice_a2 * a7 + twice_a3 * a6 + twice_a4 * a5
        + (t8 >> 29)
        + (m1 << 24) - (m2 << 21) + (m3 << 18) + (m6 << 9);
    let c9 = (t9 + HALF) >> 29;
    let t10 = twice_a2 * a8 + twice_a3 * a7 + twice_a4 * a6 + a5 * a5
        + c9
        + (m2 << 24) - (m3 << 21) + (m4 << 18) + (m7 << 9);
    let c10 = (t10 + HALF) >> 29;
    let t11 = twice_a3 * a8 + twice_a4 * a7 + twice_a5 * a6
        + c10
        + (m3 << 24) - (m4 << 21) + (m5 << 18) + (m8 << 9);
    let c11 = (t11 + HALF) >> 29;
    let t12 = twice_a4 * a8 + twice_a5 * a7 + a6 * a6
        + c11
        + (m4 << 24) - (m5 << 21) + (m6 << 18);
    let c12 = (t12 + HALF) >> 29;
    let t13 = twice_a5 * a8 + twice_a6 * a7
        + c12
        + (m5 << 24) - (m6 << 21) + (m7 << 18);
    let c13 = (t13 + HALF) >> 29;
    let t14 = twice_a6 * a8 + a7 * a7
        + c13
        + (m6 << 24) - (m7 << 21) + (m8 << 18);
    let c14 = (t14 + HALF) >> 29;
    let t15 = twice_a7 * a8
        + c14
        + (m7 << 24) - (m8 << 21);
    let c15 = (t15 + HALF) >> 29;
    let t16 = a8 * a8
        + c15
        + (m8 << 24);
    let c16 = (t16 + HALF) >> 29;
    [
        (t9 - (c9 << 29)) as i32,
        (t10 - (c10 << 29)) as i32,
        (t11 - (c11 << 29)) as i32,
        (t12 - (c12 << 29)) as i32,
        (t13 - (c13 << 29)) as i32,
        (t14 - (c14 << 29)) as i32,
        (t15 - (c15 << 29)) as i32,
        (t16 - (c16 << 29)) as i32,
        c16 as i32,
    ]
}

/// `a · b − c · d` `/ 2^261`.
#[inline(never)]
pub fn mul_sub(a: &[i32; 9], b: &[i32; 9], c: &[i32; 9], d: &[i32; 9]) -> [i32; 9] {
    let a0 = i64::from(a[0]);
    let a1 = i64::from(a[1]);
    let a2 = i64::from(a[2]);
    let a3 = i64::from(a[3]);
    let a4 = i64::from(a[4]);
    let a5 = i64::from(a[5]);
    let a6 = i64::from(a[6]);
    let a7 = i64::from(a[7]);
    let a8 = i64::from(a[8]);
    let b0 = i64::from(b[0]);
    let b1 = i64::from(b[1]);
    let b2 = i64::from(b[2]);
    let b3 = i64::from(b[3]);
    let b4 = i64::from(b[4]);
    let b5 = i64::from(b[5]);
    let b6 = i64::from(b[6]);
    let b7 = i64::from(b[7]);
    let b8 = i64::from(b[8]);
    let c0 = i64::from(c[0]);
    let c1 = i64::from(c[1]);
    let c2 = i64::from(c[2]);
    let c3 = i64::from(c[3]);
    let c4 = i64::from(c[4]);
    let c5 = i64::from(c[5]);
    let c6 = i64::from(c[6]);
    let c7 = i64::from(c[7]);
    let c8 = i64::from(c[8]);
    let d0 = i64::from(d[0]);
    let d1 = i64::from(d[1]);
    let d2 = i64::from(d[2]);
    let d3 = i64::from(d[3]);
    let d4 = i64::from(d[4]);
    let d5 = i64::from(d[5]);
    let d6 = i64::from(d[6]);
    let d7 = i64::from(d[7]);
    let d8 = i64::from(d[8]);
    let t0 = a0 * b0
        - c0 * d0;
    let m0 = t0 & MASK;
    let t1 = a0 * b1 + a1 * b0
        - c0 * d1 - c1 * d0
        + (t0 >> 29);
    let m1 = t1 & MASK;
    let t2 = a0 * b2 + a1 * b1 + a2 * b0
        - c0 * d2 - c1 * d1 - c2 * d0
        + (t1 >> 29);
    let m2 = t2 & MASK;
    let t3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0
        - c0 * d3 - c1 * d2 - c2 * d1 - c3 * d0
        + (t2 >> 29)
        + (m0 << 9);
    let m3 = t3 & MASK;
    let t4 = a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0
        - c0 * d4 - c1 * d3 - c2 * d2 - c3 * d1 - c4 * d0
        + (t3 >> 29)
        + (m1 << 9);
    let m4 = t4 & MASK;
    let t5 = a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0
        - c0 * d5 - c1 * d4 - c2 * d3 - c3 * d2 - c4 * d1 - c5 * d0
        + (t4 >> 29)
        + (m2 << 9);
    let m5 = t5 & MASK;
    let t6 = a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0
        - c0 * d6 - c1 * d5 - c2 * d4 - c3 * d3 - c4 * d2 - c5 * d1 - c6 * d0
        + (t5 >> 29)
        + (m0 << 18) + (m3 << 9);
    let m6 = t6 & MASK;
    let t7 = a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0
        - c0 * d7 - c1 * d6 - c2 * d5 - c3 * d4 - c4 * d3 - c5 * d2 - c6 * d1 - c7 * d0
        + (t6 >> 29)
        - (m0 << 21) + (m1 << 18) + (m4 << 9);
    let m7 = t7 & MASK;
    let t8 = a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0
        - c0 * d8 - c1 * d7 - c2 * d6 - c3 * d5 - c4 * d4 - c5 * d3 - c6 * d2 - c7 * d1 - c8 * d0
        + (t7 >> 29)
        + (m0 << 24) - (m1 << 21) + (m2 << 18) + (m5 << 9);
    let m8 = t8 & MASK;
    let t9 = a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1
        - c1 * d8 - c2 * d7 - c3 * d6 - c4 * d5 - c5 * d4 - c6 * d3 - c7 * d2 - c8 * d1
        + (t8 >> 29)
        + (m1 << 24) - (m2 << 21) + (m3 << 18) + (m6 << 9);
    let c9 = (t9 + HALF) >> 29;
    let t10 = a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2
        - c2 * d8 - c3 * d7 - c4 * d6 - c5 * d5 - c6 * d4 - c7 * d3 - c8 * d2
        + c9
        + (m2 << 24) - (m3 << 21) + (m4 << 18) + (m7 << 9);
    let c10 = (t10 + HALF) >> 29;
    let t11 = a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3
        - c3 * d8 - c4 * d7 - c5 * d6 - c6 * d5 - c7 * d4 - c8 * d3
        + c10
        + (m3 << 24) - (m4 << 21) + (m5 << 18) + (m8 << 9);
    let c11 = (t11 + HALF) >> 29;
    let t12 = a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4
        - c4 * d8 - c5 * d7 - c6 * d6 - c7 * d5 - c8 * d4
        + c11
        + (m4 << 24) - (m5 << 21) + (m6 << 18);
    let c12 = (t12 + HALF) >> 29;
    let t13 = a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5
        - c5 * d8 - c6 * d7 - c7 * d6 - c8 * d5
        + c12
        + (m5 << 24) - (m6 << 21) + (m7 << 18);
    let c13 = (t13 + HALF) >> 29;
    let t14 = a6 * b8 + a7 * b7 + a8 * b6
        - c6 * d8 - c7 * d7 - c8 * d6
        + c13
        + (m6 << 24) - (m7 << 21) + (m8 << 18);
    let c14 = (t14 + HALF) >> 29;
    let t15 = a7 * b8 + a8 * b7
        - c7 * d8 - c8 * d7
        + c14
        + (m7 << 24) - (m8 << 21);
    let c15 = (t15 + HALF) >> 29;
    let t16 = a8 * b8
        - c8 * d8
        + c15
        + (m8 << 24);
    let c16 = (t16 + HALF) >> 29;
    [
        (t9 - (c9 << 29)) as i32,
        (t10 - (c10 << 29)) as i32,
        (t11 - (c11 << 29)) as i32,
        (t12 - (c12 << 29)) as i32,
        (t13 - (c13 << 29)) as i32,
        (t14 - (c14 << 29)) as i32,
        (t15 - (c15 << 29)) as i32,
        (t16 - (c16 << 29)) as i32,
        c16 as i32,
    ]
}

/// `a + b`, limb by limb.
#[inline(always)]
pub fn add(a: &[i32; 9], b: &[i32; 9]) -> [i32; 9] {
    [
        a[0] + b[0],
        a[1] + b[1],
        a[2] + b[2],
        a[3] + b[3],
        a[4] + b[4],
        a[5] + b[5],
        a[6] + b[6],
        a[7] + b[7],
        a[8] + b[8],
    ]
}

/// `a − b`, limb by limb.
#[inline(always)]
pub fn sub(a: &[i32; 9], b: &[i32; 9]) -> [i32; 9] {
    [
        a[0] - b[0],
        a[1] - b[1],
        a[2] - b[2],
        a[3] - b[3],
        a[4] - b[4],
        a[5] - b[5],
        a[6] - b[6],
        a[7] - b[7],
        a[8] - b[8],
    ]
}

/// `−a`, limb by limb.
#[inline(always)]
pub fn neg(a: &[i32; 9]) -> [i32; 9] {
    [
        -a[0],
        -a[1],
        -a[2],
        -a[3],
        -a[4],
        -a[5],
        -a[6],
        -a[7],
        -a[8],
    ]
}

/// `a` with balanced limbs, near 0.
#[inline(never)]
pub fn carry(a: &[i32; 9]) -> [i32; 9] {
    let q = (a[8] + (1 << 23)) >> 24;
    let t0 = a[0] + q;
    let c0 = (t0 + HALF as i32) >> 29;
    let t1 = a[1] + c0;
    let c1 = (t1 + HALF as i32) >> 29;
    let t2 = a[2] + c1;
    let c2 = (t2 + HALF as i32) >> 29;
    let t3 = a[3] - (q << 9) + c2;
    let c3 = (t3 + HALF as i32) >> 29;
    let t4 = a[4] + c3;
    let c4 = (t4 + HALF as i32) >> 29;
    let t5 = a[5] + c4;
    let c5 = (t5 + HALF as i32) >> 29;
    let t6 = a[6] - (q << 18) + c5;
    let c6 = (t6 + HALF as i32) >> 29;
    let t7 = a[7] + (q << 21) + c6;
    let c7 = (t7 + HALF as i32) >> 29;
    let t8 = a[8] - (q << 24) + c7;
    [
        t0 - (c0 << 29),
        t1 - (c1 << 29),
        t2 - (c2 << 29),
        t3 - (c3 << 29),
        t4 - (c4 << 29),
        t5 - (c5 << 29),
        t6 - (c6 << 29),
        t7 - (c7 << 29),
        t8,
    ]
}
