//! 14 limbs of 28 bits modulo 2^384 − 2^128 − 2^96 + 2^32 − 1.
//!
//! Written by `generator.rs`; `field.rs` tells what it means and why nothing overflows.

pub const LIMBS: usize = 14;
pub const BITS: usize = 28;

const MASK: i64 = (1 << 28) - 1;
const HALF: i64 = 1 << 27;

/// `a · b` `/ 2^392`.
#[inline(never)]
pub fn mul(a: &[i32; 14], b: &[i32; 14]) -> [i32; 14] {
    let a0 = i64::from(a[0]);
    let a1 = i64::from(a[1]);
    let a2 = i64::from(a[2]);
    let a3 = i64::from(a[3]);
    let a4 = i64::from(a[4]);
    let a5 = i64::from(a[5]);
    let a6 = i64::from(a[6]);
    let a7 = i64::from(a[7]);
    let a8 = i64::from(a[8]);
    let a9 = i64::from(a[9]);
    let a10 = i64::from(a[10]);
    let a11 = i64::from(a[11]);
    let a12 = i64::from(a[12]);
    let a13 = i64::from(a[13]);
    let b0 = i64::from(b[0]);
    let b1 = i64::from(b[1]);
    let b2 = i64::from(b[2]);
    let b3 = i64::from(b[3]);
    let b4 = i64::from(b[4]);
    let b5 = i64::from(b[5]);
    let b6 = i64::from(b[6]);
    let b7 = i64::from(b[7]);
    let b8 = i64::from(b[8]);
    let b9 = i64::from(b[9]);
    let b10 = i64::from(b[10]);
    let b11 = i64::from(b[11]);
    let b12 = i64::from(b[12]);
    let b13 = i64::from(b[13]);
    let t0 = a0 * b0;
    let m0 = t0 & MASK;
    let t1 = a0 * b1 + a1 * b0
        + (t0 >> 28)
        + (m0 << 4);
    let m1 = t1 & MASK;
    let t2 = a0 * b2 + a1 * b1 + a2 * b0
        + (t1 >> 28)
        + (m1 << 4);
    let m2 = t2 & MASK;
    let t3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0
        + (t2 >> 28)
        - (m0 << 12) + (m2 << 4);
    let m3 = t3 & MASK;
    let t4 = a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0
        + (t3 >> 28)
        - (m0 << 16) - (m1 << 12) + (m3 << 4);
    let m4 = t4 & MASK;
    let t5 = a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0
        + (t4 >> 28)
        - (m1 << 16) - (m2 << 12) + (m4 << 4);
    let m5 = t5 & MASK;
    let t6 = a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0
        + (t5 >> 28)
        - (m2 << 16) - (m3 << 12) + (m5 << 4);
    let m6 = t6 & MASK;
    let t7 = a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0
        + (t6 >> 28)
        - (m3 << 16) - (m4 << 12) + (m6 << 4);
    let m7 = t7 & MASK;
    let t8 = a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0
        + (t7 >> 28)
        - (m4 << 16) - (m5 << 12) + (m7 << 4);
    let m8 = t8 & MASK;
    let t9 = a0 * b9 + a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 + a9 * b0
        + (t8 >> 28)
        - (m5 << 16) - (m6 << 12) + (m8 << 4);
    let m9 = t9 & MASK;
    let t10 = a0 * b10 + a1 * b9 + a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2 + a9 * b1 + a10 * b0
        + (t9 >> 28)
        - (m6 << 16) - (m7 << 12) + (m9 << 4);
    let m10 = t10 & MASK;
    let t11 = a0 * b11 + a1 * b10 + a2 * b9 + a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3 + a9 * b2 + a10 * b1 + a11 * b0
        + (t10 >> 28)
        - (m7 << 16) - (m8 << 12) + (m10 << 4);
    let m11 = t11 & MASK;
    let t12 = a0 * b12 + a1 * b11 + a2 * b10 + a3 * b9 + a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4 + a9 * b3 + a10 * b2 + a11 * b1 + a12 * b0
        + (t11 >> 28)
        - (m8 << 16) - (m9 << 12) + (m11 << 4);
    let m12 = t12 & MASK;
    let t13 = a0 * b13 + a1 * b12 + a2 * b11 + a3 * b10 + a4 * b9 + a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5 + a9 * b4 + a10 * b3 + a11 * b2 + a12 * b1 + a13 * b0
        + (t12 >> 28)
        + (m0 << 20) - (m9 << 16) - (m10 << 12) + (m12 << 4);
    let m13 = t13 & MASK;
    let t14 = a1 * b13 + a2 * b12 + a3 * b11 + a4 * b10 + a5 * b9 + a6 * b8 + a7 * b7 + a8 * b6 + a9 * b5 + a10 * b4 + a11 * b3 + a12 * b2 + a13 * b1
        + (t13 >> 28)
        + (m1 << 20) - (m10 << 16) - (m11 << 12) + (m13 << 4);
    let c14 = (t14 + HALF) >> 28;
    let t15 = a2 * b13 + a3 * b12 + a4 * b11 + a5 * b10 + a6 * b9 + a7 * b8 + a8 * b7 + a9 * b6 + a10 * b5 + a11 * b4 + a12 * b3 + a13 * b2
        + c14
        + (m2 << 20) - (m11 << 16) - (m12 << 12);
    let c15 = (t15 + HALF) >> 28;
    let t16 = a3 * b13 + a4 * b12 + a5 * b11 + a6 * b10 + a7 * b9 + a8 * b8 + a9 * b7 + a10 * b6 + a11 * b5 + a12 * b4 + a13 * b3
        + c15
        + (m3 << 20) - (m12 << 16) - (m13 << 12);
    let c16 = (t16 + HALF) >> 28;
    let t17 = a4 * b13 + a5 * b12 + a6 * b11 + a7 * b10 + a8 * b9 + a9 * b8 + a10 * b7 + a11 * b6 + a12 * b5 + a13 * b4
        + c16
        + (m4 << 20) - (m13 << 16);
    let c17 = (t17 + HALF) >> 28;
    let t18 = a5 * b13 + a6 * b12 + a7 * b11 + a8 * b10 + a9 * b9 + a10 * b8 + a11 * b7 + a12 * b6 + a13 * b5
        + c17
        + (m5 << 20);
    let c18 = (t18 + HALF) >> 28;
    let t19 = a6 * b13 + a7 * b12 + a8 * b11 + a9 * b10 + a10 * b9 + a11 * b8 + a12 * b7 + a13 * b6
        + c18
        + (m6 << 20);
    let c19 = (t19 + HALF) >> 28;
    let t20 = a7 * b13 + a8 * b12 + a9 * b11 + a10 * b10 + a11 * b9 + a12 * b8 + a13 * b7
        + c19
        + (m7 << 20);
    let c20 = (t20 + HALF) >> 28;
    let t21 = a8 * b13 + a9 * b12 + a10 * b11 + a11 * b10 + a12 * b9 + a13 * b8
        + c20
        + (m8 << 20);
    let c21 = (t21 + HALF) >> 28;
    let t22 = a9 * b13 + a10 * b12 + a11 * b11 + a12 * b10 + a13 * b9
        + c21
        + (m9 << 20);
    let c22 = (t22 + HALF) >> 28;
    let t23 = a10 * b13 + a11 * b12 + a12 * b11 + a13 * b10
        + c22
        + (m10 << 20);
    let c23 = (t23 + HALF) >> 28;
    let t24 = a11 * b13 + a12 * b12 + a13 * b11
        + c23
        + (m11 << 20);
    let c24 = (t24 + HALF) >> 28;
    let t25 = a12 * b13 + a13 * b12
        + c24
        + (m12 << 20);
    let c25 = (t25 + HALF) >> 28;
    let t26 = a13 * b13
        + c25
        + (m13 << 20);
    let c26 = (t26 + HALF) >> 28;
    [
        (t14 - (c14 << 28)) as i32,
        (t15 - (c15 << 28)) as i32,
        (t16 - (c16 << 28)) as i32,
        (t17 - (c17 << 28)) as i32,
        (t18 - (c18 << 28)) as i32,
        (t19 - (c19 << 28)) as i32,
        (t20 - (c20 << 28)) as i32,
        (t21 - (c21 << 28)) as i32,
        (t22 - (c22 << 28)) as i32,
        (t23 - (c23 << 28)) as i32,
        (t24 - (c24 << 28)) as i32,
        (t25 - (c25 << 28)) as i32,
        (t26 - (c26 << 28)) as i32,
        c26 as i32,
    ]
}

/// `a²` `/ 2^392`.
#[inline(never)]
pub fn square(a: &[i32; 14]) -> [i32; 14] {
    let a0 = i64::from(a[0]);
    let a1 = i64::from(a[1]);
    let a2 = i64::from(a[2]);
    let a3 = i64::from(a[3]);
    let a4 = i64::from(a[4]);
    let a5 = i64::from(a[5]);
    let a6 = i64::from(a[6]);
    let a7 = i64::from(a[7]);
    let a8 = i64::from(a[8]);
    let a9 = i64::from(a[9]);
    let a10 = i64::from(a[10]);
    let a11 = i64::from(a[11]);
    let a12 = i64::from(a[12]);
    let a13 = i64::from(a[13]);
    let twice_a0 = 2 * a0;
    let twice_a1 = 2 * a1;
    let twice_a2 = 2 * a2;
    let twice_a3 = 2 * a3;
    let twice_a4 = 2 * a4;
    let twice_a5 = 2 * a5;
    let twice_a6 = 2 * a6;
    let twice_a7 = 2 * a7;
    let twice_a8 = 2 * a8;
    let twice_a9 = 2 * a9;
    let twice_a10 = 2 * a10;
    let twice_a11 = 2 * a11;
    let twice_a12 = 2 * a12;
    let t0 = a0 * a0;
    let m0 = t0 & MASK;
    let t1 = twice_a0 * a1
        + (t0 >> 28)
        + (m0 << 4);
    let m1 = t1 & MASK;
    let t2 = twice_a0 * a2 + a1 * a1
        + (t1 >> 28)
        + (m1 << 4);
    let m2 = t2 & MASK;
    let t3 = twice_a0 * a3 + twice_a1 * a2
        + (t2 >> 28)
        - (m0 << 12) + (m2 << 4);
    let m3 = t3 & MASK;
    let t4 = twice_a0 * a4 + twice_a1 * a3 + a2 * a2
        + (t3 >> 28)
        - (m0 << 16) - (m1 << 12) + (m3 << 4);
    let m4 = t4 & MASK;
    let t5 = twice_a0 * a5 + twice_a1 * a4 + twice_a2 * a3
        + (t4 >> 28)
        - (m1 << 16) - (m2 << 12) + (m4 << 4);
    let m5 = t5 & MASK;
    let t6 = twice_a0 * a6 + twice_a1 * a5 + twice_a2 * a4 + a3 * a3
        + (t5 >> 28)
        - (m2 << 16) - (m3 << 12) + (m5 << 4);
    let m6 = t6 & MASK;
    let t7 = twice_a0 * a7 + twice_a1 * a6 + twice_a2 * a5 + twice_a3 * a4
        + (t6 >> 28)
        - (m3 << 16) - (m4 << 12) + (m6 << 4);
    let m7 = t7 & MASK;
    let t8 = twice_a0 * a8 + twice_a1 * a7 + twice_a2 * a6 + twice_a3 * a5 + a4 * a4
        + (t7 >> 28)
        - (m4 << 16) - (m5 << 12) + (m7 << 4);
    let m8 = t8 & MASK;
    let t9 = twice_a0 * a9 + twice_a1 * a8 + twice_a2 * a7 + twice_a3 * a6 + twice_a4 * a5
        + (t8 >> 28)
        - (m5 << 16) - (m6 << 12) + (m8 << 4);
    let m9 = t9 & MASK;
    let t10 = twice_a0 * a10 + twice_a1 * a9 + twice_a2 * a8 + twice_a3 * a7 + twice_a4 * a6 + a5 * a5
        + (t9 >> 28)
        - (m6 << 16) - (m7 << 12) + (m9 << 4);
    let m10 = t10 & MASK;
    let t11 = twice_a0 * a11 + twice_a1 * a10 + twice_a2 * a9 + twice_a3 * a8 + twice_a4 * a7 + twice_a5 * a6
        + (t10 >> 28)
        - (m7 << 16) - (m8 << 12) + (m10 << 4);
    let m11 = t11 & MASK;
    let t12 = twice_a0 * a12 + twice_a1 * a11 + twice_a2 * a10 + twice_a3 * a9 + twice_a4 * a8 + twice_a5 * a7 + a6 * a6
        + (t11 >> 28)
        - (m8 << 16) - (m9 << 12) + (m11 << 4);
    let m12 = t12 & MASK;
    let t13 = twice_a0 * a13 + twice_a1 * a12 + twice_a2 * a11 + twice_a3 * a10 + twice_a4 * a9 + twice_a5 * a8 + twice_a6 * a7
        + (t12 >> 28)
        + (m0 << 20) - (m9 << 16) - (m10 << 12) + (m12 << 4);
    let m13 = t13 & MASK;
    let t14 = twice_a1 * a13 + twice_a2 * a12 + twice_a3 * a11 + twice_a4 * a10 + twice_a5 * a9 + twice_a6 * a8 + a7 * a7
        + (t13 >> 28)
        + (m1 << 20) - (m10 << 16) - (m11 << 12) + (m13 << 4);
    let c14 = (t14 + HALF) >> 28;
    let t15 = twice_a2 * a13 + twice_a3 * a12 + twice_a4 * a11 + twice_a5 * a10 + twice_a6 * a9 + twice_a7 * a8
        + c14
        + (m2 << 20) - (m11 << 16) - (m12 << 12);
    let c15 = (t15 + HALF) >> 28;
    let t16 = twice_a3 * a13 + twice_a4 * a12 + twice_a5 * a11 + twice_a6 * a10 + twice_a7 * a9 + a8 * a8
        + c15
        + (m3 << 20) - (m12 << 16) - (m13 << 12);
    let c16 = (t16 + HALF) >> 28;
    let t17 = twice_a4 * a13 + twice_a5 * a12 + twice_a6 * a11 + twice_a7 * a10 + twice_a8 * a9
        + c16
        + (m4 << 20) - (m13 << 16);
    let c17 = (t17 + HALF) >> 28;
    let t18 = twice_a5 * a13 + twice_a6 * a12 + twice_a7 * a11 + twice_a8 * a10 + a9 * a9
        + c17
        + (m5 << 20);
    let c18 = (t18 + HALF) >> 28;
    let t19 = twice_a6 * a13 + twice_a7 * a12 + twice_a8 * a11 + twice_a9 * a10
        + c18
        + (m6 << 20);
    let c19 = (t19 + HALF) >> 28;
    let t20 = twice_a7 * a13 + twice_a8 * a12 + twice_a9 * a11 + a10 * a10
        + c19
        + (m7 << 20);
    let c20 = (t20 + HALF) >> 28;
    let t21 = twice_a8 * a13 + twice_a9 * a12 + twice_a10 * a11
        + c20
        + (m8 << 20);
    let c21 = (t21 + HALF) >> 28;
    let t22 = twice_a9 * a13 + twice_a10 * a12 + a11 * a11
        + c21
        + (m9 << 20);
    let c22 = (t22 + HALF) >> 28;
    let t23 = twice_a10 * a13 + twice_a11 * a12
        + c22
        + (m10 << 20);
    let c23 = (t23 + HALF) >> 28;
    let t24 = twice_a11 * a13 + a12 * a12
        + c23
        + (m11 << 20);
    let c24 = (t24 + HALF) >> 28;
    let t25 = twice_a12 * a13
        + c24
        + (m12 << 20);
    let c25 = (t25 + HALF) >> 28;
    let t26 = a13 * a13
        + c25
        + (m13 << 20);
    let c26 = (t26 + HALF) >> 28;
    [
        (t14 - (c14 << 28)) as i32,
        (t15 - (c15 << 28)) as i32,
        (t16 - (c16 << 28)) as i32,
        (t17 - (c17 << 28)) as i32,
        (t18 - (c18 << 28)) as i32,
        (t19 - (c19 << 28)) as i32,
        (t20 - (c20 << 28)) as i32,
        (t21 - (c21 << 28)) as i32,
        (t22 - (c22 << 28)) as i32,
        (t23 - (c23 << 28)) as i32,
        (t24 - (c24 << 28)) as i32,
        (t25 - (c25 << 28)) as i32,
        (t26 - (c26 << 28)) as i32,
        c26 as i32,
    ]
}

/// `a · b − c · d` `/ 2^392`.
#[inline(never)]
pub fn mul_sub(a: &[i32; 14], b: &[i32; 14], c: &[i32; 14], d: &[i32; 14]) -> [i32; 14] {
    let a0 = i64::from(a[0]);
    let a1 = i64::from(a[1]);
    let a2 = i64::from(a[2]);
    let a3 = i64::from(a[3]);
    let a4 = i64::from(a[4]);
    let a5 = i64::from(a[5]);
    let a6 = i64::from(a[6]);
    let a7 = i64::from(a[7]);
    let a8 = i64::from(a[8]);
    let a9 = i64::from(a[9]);
    let a10 = i64::from(a[10]);
    let a11 = i64::from(a[11]);
    let a12 = i64::from(a[12]);
    let a13 = i64::from(a[13]);
    let b0 = i64::from(b[0]);
    let b1 = i64::from(b[1]);
    let b2 = i64::from(b[2]);
    let b3 = i64::from(b[3]);
    let b4 = i64::from(b[4]);
    let b5 = i64::from(b[5]);
    let b6 = i64::from(b[6]);
    let b7 = i64::from(b[7]);
    let b8 = i64::from(b[8]);
    let b9 = i64::from(b[9]);
    let b10 = i64::from(b[10]);
    let b11 = i64::from(b[11]);
    let b12 = i64::from(b[12]);
    let b13 = i64::from(b[13]);
    let c0 = i64::from(c[0]);
    let c1 = i64::from(c[1]);
    let c2 = i64::from(c[2]);
    let c3 = i64::from(c[3]);
    let c4 = i64::from(c[4]);
    let c5 = i64::from(c[5]);
    let c6 = i64::from(c[6]);
    let c7 = i64::from(c[7]);
    let c8 = i64::from(c[8]);
    let c9 = i64::from(c[9]);
    let c10 = i64::from(c[10]);
    let c11 = i64::from(c[11]);
    let c12 = i64::from(c[12]);
    let c13 = i64::from(c[13]);
    let d0 = i64::from(d[0]);
    let d1 = i64::from(d[1]);
    let d2 = i64::from(d[2]);
    let d3 = i64::from(d[3]);
    let d4 = i64::from(d[4]);
    let d5 = i64::from(d[5]);
    let d6 = i64::from(d[6]);
    let d7 = i64::from(d[7]);
    let d8 = i64::from(d[8]);
    let d9 = i64::from(d[9]);
    let d10 = i64::from(d[10]);
    let d11 = i64::from(d[11]);
    let d12 = i64::from(d[12]);
    let d13 = i64::from(d[13]);
    let t0 = a0 * b0
        - c0 * d0;
    let m0 = t0 & MASK;
    let t1 = a0 * b1 + a1 * b0
        - c0 * d1 - c1 * d0
        + (t0 >> 28)
        + (m0 << 4);
    let m1 = t1 & MASK;
    let t2 = a0 * b2 + a1 * b1 + a2 * b0
        - c0 * d2 - c1 * d1 - c2 * d0
        + (t1 >> 28)
        + (m1 << 4);
    let m2 = t2 & MASK;
    let t3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0
        - c0 * d3 - c1 * d2 - c2 * d1 - c3 * d0
        + (t2 >> 28)
        - (m0 << 12) + (m2 << 4);
    let m3 = t3 & MASK;
    let t4 = a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0
        - c0 * d4 - c1 * d3 - c2 * d2 - c3 * d1 - c4 * d0
        + (t3 >> 28)
        - (m0 << 16) - (m1 << 12) + (m3 << 4);
    let m4 = t4 & MASK;
    let t5 = a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0
        - c0 * d5 - c1 * d4 - c2 * d3 - c3 * d2 - c4 * d1 - c5 * d0
        + (t4 >> 28)
        - (m1 << 16) - (m2 << 12) + (m4 << 4);
    let m5 = t5 & MASK;
    let t6 = a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0
        - c0 * d6 - c1 * d5 - c2 * d4 - c3 * d3 - c4 * d2 - c5 * d1 - c6 * d0
        + (t5 >> 28)
        - (m2 << 16) - (m3 << 12) + (m5 << 4);
    let m6 = t6 & MASK;
    let t7 = a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0
        - c0 * d7 - c1 * d6 - c2 * d5 - c3 * d4 - c4 * d3 - c5 * d2 - c6 * d1 - c7 * d0
        + (t6 >> 28)
        - (m3 << 16) - (m4 << 12) + (m6 << 4);
    let m7 = t7 & MASK;
    let t8 = a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0
        - c0 * d8 - c1 * d7 - c2 * d6 - c3 * d5 - c4 * d4 - c5 * d3 - c6 * d2 - c7 * d1 - c8 * d0
        + (t7 >> 28)
        - (m4 << 16) - (m5 << 12) + (m7 << 4);
    let m8 = t8 & MASK;
    let t9 = a0 * b9 + a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 + a9 * b0
        - c0 * d9 - c1 * d8 - c2 * d7 - c3 * d6 - c4 * d5 - c5 * d4 - c6 * d3 - c7 * d2 - c8 * d1 - c9 * d0
        + (t8 >> 28)
        - (m5 << 16) - (m6 << 12) + (m8 << 4);
    let m9 = t9 & MASK;
    let t10 = a0 * b10 + a1 * b9 + a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2 + a9 * b1 + a10 * b0
        - c0 * d10 - c1 * d9 - c2 * d8 - c3 * d7 - c4 * d6 - c5 * d5 - c6 * d4 - c7 * d3 - c8 * d2 - c9 * d1 - c10 * d0
        + (t9 >> 28)
        - (m6 << 16) - (m7 << 12) + (m9 << 4);
    let m10 = t10 & MASK;
    let t11 = a0 * b11 + a1 * b10 + a2 * b9 + a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3 + a9 * b2 + a10 * b1 + a11 * b0
        - c0 * d11 - c1 * d10 - c2 * d9 - c3 * d8 - c4 * d7 - c5 * d6 - c6 * d5 - c7 * d4 - c8 * d3 - c9 * d2 - c10 * d1 - c11 * d0
        + (t10 >> 28)
        - (m7 << 16) - (m8 << 12) + (m10 << 4);
    let m11 = t11 & MASK;
    let t12 = a0 * b12 + a1 * b11 + a2 * b10 + a3 * b9 + a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4 + a9 * b3 + a10 * b2 + a11 * b1 + a12 * b0
        - c0 * d12 - c1 * d11 - c2 * d10 - c3 * d9 - c4 * d8 - c5 * d7 - c6 * d6 - c7 * d5 - c8 * d4 - c9 * d3 - c10 * d2 - c11 * d1 - c12 * d0
        + (t11 >> 28)
        - (m8 << 16) - (m9 << 12) + (m11 << 4);
    let m12 = t12 & MASK;
    let t13 = a0 * b13 + a1 * b12 + a2 * b11 + a3 * b10 + a4 * b9 + a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5 + a9 * b4 + a10 * b3 + a11 * b2 + a12 * b1 + a13 * b0
        - c0 * d13 - c1 * d12 - c2 * d11 - c3 * d10 - c4 * d9 - c5 * d8 - c6 * d7 - c7 * d6 - c8 * d5 - c9 * d4 - c10 * d3 - c11 * d2 - c12 * d1 - c13 * d0
        + (t12 >> 28)
        + (m0 << 20) - (m9 << 16) - (m10 << 12) + (m12 << 4);
    let m13 = t13 & MASK;
    let t14 = a1 * b13 + a2 * b12 + a3 * b11 + a4 * b10 + a5 * b9 + a6 * b8 + a7 * b7 + a8 * b6 + a9 * b5 + a10 * b4 + a11 * b3 + a12 * b2 + a13 * b1
        - c1 * d13 - c2 * d12 - c3 * d11 - c4 * d10 - c5 * d9 - c6 * d8 - c7 * d7 - c8 * d6 - c9 * d5 - c10 * d4 - c11 * d3 - c12 * d2 - c13 * d1
        + (t13 >> 28)
        + (m1 << 20) - (m10 << 16) - (m11 << 12) + (m13 << 4);
    let c14 = (t14 + HALF) >> 28;
    let t15 = a2 * b13 + a3 * b12 + a4 * b11 + a5 * b10 + a6 * b9 + a7 * b8 + a8 * b7 + a9 * b6 + a10 * b5 + a11 * b4 + a12 * b3 + a13 * b2
        - c2 * d13 - c3 * d12 - c4 * d11 - c5 * d10 - c6 * d9 - c7 * d8 - c8 * d7 - c9 * d6 - c10 * d5 - c11 * d4 - c12 * d3 - c13 * d2
        + c14
        + (m2 << 20) - (m11 << 16) - (m12 << 12);
    let c15 = (t15 + HALF) >> 28;
    let t16 = a3 * b13 + a4 * b12 + a5 * b11 + a6 * b10 + a7 * b9 + a8 * b8 + a9 * b7 + a10 * b6 + a11 * b5 + a12 * b4 + a13 * b3
        - c3 * d13 - c4 * d12 - c5 * d11 - c6 * d10 - c7 * d9 - c8 * d8 - c9 * d7 - c10 * d6 - c11 * d5 - c12 * d4 - c13 * d3
        + c15
        + (m3 << 20) - (m12 << 16) - (m13 << 12);
    let c16 = (t16 + HALF) >> 28;
    let t17 = a4 * b13 + a5 * b12 + a6 * b11 + a7 * b10 + a8 * b9 + a9 * b8 + a10 * b7 + a11 * b6 + a12 * b5 + a13 * b4
        - c4 * d13 - c5 * d12 - c6 * d11 - c7 * d10 - c8 * d9 - c9 * d8 - c10 * d7 - c11 * d6 - c12 * d5 - c13 * d4
        + c16
        + (m4 << 20) - (m13 << 16);
    let c17 = (t17 + HALF) >> 28;
    let t18 = a5 * b13 + a6 * b12 + a7 * b11 + a8 * b10 + a9 * b9 + a10 * b8 + a11 * b7 + a12 * b6 + a13 * b5
        - c5 * d13 - c6 * d12 - c7 * d11 - c8 * d10 - c9 * d9 - c10 * d8 - c11 * d7 - c12 * d6 - c13 * d5
        + c17
        + (m5 << 20);
    let c18 = (t18 + HALF) >> 28;
    let t19 = a6 * b13 + a7 * b12 + a8 * b11 + a9 * b10 + a10 * b9 + a11 * b8 + a12 * b7 + a13 * b6
        - c6 * d13 - c7 * d12 - c8 * d11 - c9 * d10 - c10 * d9 - c11 * d8 - c12 * d7 - c13 * d6
        + c18
        + (m6 << 20);
    let c19 = (t19 + HALF) >> 28;
    let t20 = a7 * b13 + a8 * b12 + a9 * b11 + a10 * b10 + a11 * b9 + a12 * b8 + a13 * b7
        - c7 * d13 - c8 * d12 - c9 * d11 - c10 * d10 - c11 * d9 - c12 * d8 - c13 * d7
        + c19
        + (m7 << 20);
    let c20 = (t20 + HALF) >> 28;
    let t21 = a8 * b13 + a9 * b12 + a10 * b11 + a11 * b10 + a12 * b9 + a13 * b8
        - c8 * d13 - c9 * d12 - c10 * d11 - c11 * d10 - c12 * d9 - c13 * d8
        + c20
        + (m8 << 20);
    let c21 = (t21 + HALF) >> 28;
    let t22 = a9 * b13 + a10 * b12 + a11 * b11 + a12 * b10 + a13 * b9
        - c9 * d13 - c10 * d12 - c11 * d11 - c12 * d10 - c13 * d9
        + c21
        + (m9 << 20);
    let c22 = (t22 + HALF) >> 28;
    let t23 = a10 * b13 + a11 * b12 + a12 * b11 + a13 * b10
        - c10 * d13 - c11 * d12 - c12 * d11 - c13 * d10
        + c22
        + (m10 << 20);
    let c23 = (t23 + HALF) >> 28;
    let t24 = a11 * b13 + a12 * b12 + a13 * b11
        - c11 * d13 - c12 * d12 - c13 * d11
        + c23
        + (m11 << 20);
    let c24 = (t24 + HALF) >> 28;
    let t25 = a12 * b13 + a13 * b12
        - c12 * d13 - c13 * d12
        + c24
        + (m12 << 20);
    let c25 = (t25 + HALF) >> 28;
    let t26 = a13 * b13
        - c13 * d13
        + c25
        + (m13 << 20);
    let c26 = (t26 + HALF) >> 28;
    [
        (t14 - (c14 << 28)) as i32,
        (t15 - (c15 << 28)) as i32,
        (t16 - (c16 << 28)) as i32,
        (t17 - (c17 << 28)) as i32,
        (t18 - (c18 << 28)) as i32,
        (t19 - (c19 << 28)) as i32,
        (t20 - (c20 << 28)) as i32,
        (t21 - (c21 << 28)) as i32,
        (t22 - (c22 << 28)) as i32,
        (t23 - (c23 << 28)) as i32,
        (t24 - (c24 << 28)) as i32,
        (t25 - (c25 << 28)) as i32,
        (t26 - (c26 << 28)) as i32,
        c26 as i32,
    ]
}

/// `a + b`, limb by limb.
#[inline(always)]
pub fn add(a: &[i32; 14], b: &[i32; 14]) -> [i32; 14] {
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
        a[9] + b[9],
        a[10] + b[10],
        a[11] + b[11],
        a[12] + b[12],
        a[13] + b[13],
    ]
}

/// `a − b`, limb by limb.
#[inline(always)]
pub fn sub(a: &[i32; 14], b: &[i32; 14]) -> [i32; 14] {
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
        a[9] - b[9],
        a[10] - b[10],
        a[11] - b[11],
        a[12] - b[12],
        a[13] - b[13],
    ]
}

/// `−a`, limb by limb.
#[inline(always)]
pub fn neg(a: &[i32; 14]) -> [i32; 14] {
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
        -a[9],
        -a[10],
        -a[11],
        -a[12],
        -a[13],
    ]
}

/// `a` with balanced limbs, near 0.
#[inline(never)]
pub fn carry(a: &[i32; 14]) -> [i32; 14] {
    let q = (a[13] + (1 << 19)) >> 20;
    let t0 = a[0] + q;
    let c0 = (t0 + HALF as i32) >> 28;
    let t1 = a[1] - (q << 4) + c0;
    let c1 = (t1 + HALF as i32) >> 28;
    let t2 = a[2] + c1;
    let c2 = (t2 + HALF as i32) >> 28;
    let t3 = a[3] + (q << 12) + c2;
    let c3 = (t3 + HALF as i32) >> 28;
    let t4 = a[4] + (q << 16) + c3;
    let c4 = (t4 + HALF as i32) >> 28;
    let t5 = a[5] + c4;
    let c5 = (t5 + HALF as i32) >> 28;
    let t6 = a[6] + c5;
    let c6 = (t6 + HALF as i32) >> 28;
    let t7 = a[7] + c6;
    let c7 = (t7 + HALF as i32) >> 28;
    let t8 = a[8] + c7;
    let c8 = (t8 + HALF as i32) >> 28;
    let t9 = a[9] + c8;
    let c9 = (t9 + HALF as i32) >> 28;
    let t10 = a[10] + c9;
    let c10 = (t10 + HALF as i32) >> 28;
    let t11 = a[11] + c10;
    let c11 = (t11 + HALF as i32) >> 28;
    let t12 = a[12] + c11;
    let c12 = (t12 + HALF as i32) >> 28;
    let t13 = a[13] - (q << 20) + c12;
    [
        t0 - (c0 << 28),
        t1 - (c1 << 28),
        t2 - (c2 << 28),
        t3 - (c3 << 28),
        t4 - (c4 << 28),
        t5 - (c5 << 28),
        t6 - (c6 << 28),
        t7 - (c7 << 28),
        t8 - (c8 << 28),
        t9 - (c9 << 28),
        t10 - (c10 << 28),
        t11 - (c11 << 28),
        t12 - (c12 << 28),
        t13,
    ]
}
