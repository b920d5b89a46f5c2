// e^x for x <= 0 within 2 ulp, 0 below the smallest normal number, NaN for NaN. A device's own exp may be exact to as
// much but is slow where a driver emulates vectors, and differs from device to device. Source: Cody and Waite 1980
// (reduction); Cephes expf (polynomial). Behind vector.cl.
INLINE floatv exp_of(floatv x) {
    const floatv shift = 12582912.0f;
    floatv rounded = x * 1.44269504f + shift;
    floatv n = rounded - shift;
    floatv r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    floatv p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    floatv scale = as_floatv((as_intv(rounded) << 23) + (intv)(0x3F800000));
    return select(p * scale, (floatv)(0), x < (floatv)(-87.33654f));
}
