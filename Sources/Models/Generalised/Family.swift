import Probability

/// The distribution of the response given the random effects, with its canonical link.
public enum Family: String, Sendable, CaseIterable {
    /// Successes in trials, with the logit link: a response of 0 and 1, or proportions with their numbers of trials.
    case binomial
    /// Counts, with the log link.
    case poisson
}

/// The cumulant function b of a family and its first three derivatives at one linear predictor.
///
/// The log-likelihood of a response y of size m is `y eta - m b(eta)` plus a constant, because the link is canonical: its
/// mean is `m b'`, its variance `m b''`, its third central moment `m b'''` (McCullagh and Nelder 1989, section 2.2).
struct Cumulants {
    let value: Double
    let mean: Double
    let variance: Double
    let thirdMoment: Double
}

extension Family {
    /// The cumulants at a linear predictor: one exponential, and for binomial one logarithm.
    @inline(__always)
    func cumulants(_ eta: Double) -> Cumulants {
        switch self {
        case .binomial:
            // By the exponential of a negative number: nothing overflows, and small probabilities keep their digits.
            let small = Elementary.exp(-abs(eta))
            let denominator = 1 + small
            let (rare, common) = (small / denominator, 1 / denominator)
            let mean = eta < 0 ? rare : common
            let variance = rare * common
            return Cumulants(
                value: max(eta, 0) + Elementary.log1p(small), mean: mean, variance: variance,
                thirdMoment: variance * (eta < 0 ? common - rare : rare - common))
        case .poisson:
            let mean = Elementary.exp(eta)
            return Cumulants(value: mean, mean: mean, variance: mean, thirdMoment: mean)
        }
    }

    /// A linear predictor near the data to start from: the link of the mean with a little added, as R's families do.
    func startingPredictor(successes: Double, size: Double) -> Double {
        switch self {
        case .binomial: Elementary.log((successes + 0.5) / (size - successes + 0.5))
        case .poisson: Elementary.log(successes / size + 0.1)
        }
    }
}
