/// A polynomial of degree 7, for one number and for eight at once with the same operations in the same order.
@usableFromInline
struct Polynomial7 {
    @usableFromInline let c0, c1, c2, c3, c4, c5, c6, c7: Double

    /// `c0 + c1 x + ... + c7 x^7`.
    @inlinable @inline(__always)
    init(
        _ c0: Double, _ c1: Double, _ c2: Double, _ c3: Double, _ c4: Double, _ c5: Double, _ c6: Double, _ c7: Double
    ) {
        (self.c0, self.c1, self.c2, self.c3) = (c0, c1, c2, c3)
        (self.c4, self.c5, self.c6, self.c7) = (c4, c5, c6, c7)
    }

    /// The value at x, paired so that the processor need not wait for one product after the other.
    @inlinable @inline(__always)
    func value(at x: Double) -> Double {
        let x2 = x * x
        let low = (c0 + c1 * x) + x2 * (c2 + c3 * x)
        let high = (c4 + c5 * x) + x2 * (c6 + c7 * x)
        return low + (x2 * x2) * high
    }

    /// The values at eight numbers, each with the bits of the scalar function.
    @inlinable @inline(__always)
    func values(at x: SIMD8<Double>) -> SIMD8<Double> {
        let x2 = x * x
        let low = (c0 + c1 * x) + x2 * (c2 + c3 * x)
        let high = (c4 + c5 * x) + x2 * (c6 + c7 * x)
        return low + (x2 * x2) * high
    }
}

/// A polynomial of degree 10, for one number and for eight at once with the same operations in the same order.
@usableFromInline
struct Polynomial10 {
    @usableFromInline let c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10: Double

    /// `c0 + c1 x + ... + c10 x^10`.
    @inlinable @inline(__always)
    init(
        _ c0: Double, _ c1: Double, _ c2: Double, _ c3: Double, _ c4: Double, _ c5: Double, _ c6: Double, _ c7: Double,
        _ c8: Double, _ c9: Double, _ c10: Double
    ) {
        (self.c0, self.c1, self.c2, self.c3) = (c0, c1, c2, c3)
        (self.c4, self.c5, self.c6, self.c7) = (c4, c5, c6, c7)
        (self.c8, self.c9, self.c10) = (c8, c9, c10)
    }

    /// The value at x, in blocks of four terms.
    @inlinable @inline(__always)
    func value(at x: Double) -> Double {
        let x2 = x * x
        let x4 = x2 * x2
        let a = (c0 + c1 * x) + x2 * (c2 + c3 * x)
        let b = (c4 + c5 * x) + x2 * (c6 + c7 * x)
        let c = (c8 + c9 * x) + x2 * c10
        return a + x4 * (b + x4 * c)
    }

    /// The values at eight numbers, each with the bits of the scalar function.
    @inlinable @inline(__always)
    func values(at x: SIMD8<Double>) -> SIMD8<Double> {
        let x2 = x * x
        let x4 = x2 * x2
        let a = (c0 + c1 * x) + x2 * (c2 + c3 * x)
        let b = (c4 + c5 * x) + x2 * (c6 + c7 * x)
        let c = (c8 + c9 * x) + x2 * c10
        return a + x4 * (b + x4 * c)
    }
}
