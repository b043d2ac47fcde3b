import Glibc

/// The natural logarithm of the C library: fits promise nine digits, not bits.
func logarithm(_ x: Double) -> Double { log(x) }
