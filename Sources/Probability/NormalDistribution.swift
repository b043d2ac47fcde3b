/// The quantile function of the standard normal distribution; relative error about 1e-16.
///
/// Wichura (1988), Algorithm AS 241 (PPND16), Applied Statistics 37(3), 477-484.
///
/// - Parameter p: Between 0 and 1.
@inlinable
public func standardNormalQuantile(_ p: Double) -> Double {
    let q = p - 0.5
    if abs(q) <= 0.425 {
        let r = 0.180625 - q * q
        let a =
            (((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
                + 45921.953931549871457) * r + 13731.693765509461125
        let numerator = ((a * r + 1971.5909503065514427) * r + 133.14166789178437745) * r + 3.387132872796366608
        let b =
            (((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
                + 21213.794301586595867) * r + 5394.1960214247511077
        let denominator = ((b * r + 687.1870074920579083) * r + 42.313330701600911252) * r + 1
        return q * numerator / denominator
    }
    return standardNormalTailQuantile(p, q)
}

/// The two outer branches of AS 241.
@usableFromInline
func standardNormalTailQuantile(_ p: Double, _ q: Double) -> Double {
    let tail = q < 0 ? p : 1 - p
    guard tail > 0 else { return tail == 0 ? (q < 0 ? -.infinity : .infinity) : .nan }
    var r = (-Elementary.log(tail)).squareRoot()
    let numerator: Double
    let denominator: Double
    if r <= 5 {
        r -= 1.6
        let a =
            (((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                + 1.27045825245236838258) * r + 3.64784832476320460504
        numerator = ((a * r + 5.7694972214606914055) * r + 4.6303378461565452959) * r + 1.42343711074968357734
        let b =
            (((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                + 0.14810397642748007459) * r + 0.68976733498510000455
        denominator = ((b * r + 1.6763848301838038494) * r + 2.05319162663775882187) * r + 1
    } else {
        r -= 5
        let a =
            (((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                + 0.026532189526576123093) * r + 0.29656057182850489123
        numerator = ((a * r + 1.7848265399172913358) * r + 5.4637849111641143699) * r + 6.6579046435011037772
        let b =
            (((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                + 7.868691311456132591e-4) * r + 0.0148753612908506148525
        denominator = ((b * r + 0.13692988092273580531) * r + 0.59983220655588793769) * r + 1
    }
    return q < 0 ? -numerator / denominator : numerator / denominator
}

/// The distribution function of the standard normal distribution, accurate in both tails (relative error below 1e-13).
public func standardNormalCDF(_ x: Double) -> Double {
    let upper = regularizedIncompleteGammaUpper(a: 0.5, x: x * x / 2) / 2
    return x < 0 ? upper : 1 - upper
}
