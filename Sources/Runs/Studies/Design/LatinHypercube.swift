import Probability

/// A Latin hypercube: n samples of which each factor's range, cut into n strata, holds one per stratum.
///
/// Every sample has a number of its own for each factor, keyed by the seed, the sample and the factor's position: the design of
/// a factor stays when others are added after it, and is the same on every machine.
///
/// - SeeAlso: McKay, Beckman and Conover (1979), Technometrics 21(2), section 2.
struct LatinHypercube {
    /// n: the number of samples.
    let samples: Int
    /// What keys the numbers.
    let seed: UInt64

    /// Where a sample lies along a factor.
    struct Coordinate: Equatable {
        /// The stratum, from 0.
        let stratum: Int
        /// The point of the unit interval: in the stratum's n-th part of it.
        let point: Double
    }

    /// The coordinates of all samples along a factor.
    ///
    /// Sorting by independent keys is a uniform permutation.
    func coordinates(ofFactor position: Int) -> [Coordinate] {
        let numbers = (0..<samples).map { sample in
            RandomStream(
                seed: seed, purpose: .studyDesign, draw: UInt32(truncatingIfNeeded: sample), entity: UInt64(position),
                period: 0
            ).uniforms(at: 0)
        }
        let order = (0..<samples).sorted { (numbers[$0].0, $0) < (numbers[$1].0, $1) }
        var result = [Coordinate](repeating: Coordinate(stratum: 0, point: 0), count: samples)
        for (stratum, sample) in order.enumerated() {
            // Rounding must not carry a point into the next stratum.
            let point = (Double(stratum) + numbers[sample].1) / Double(samples)
            let end = Double(stratum + 1) / Double(samples)
            result[sample] = Coordinate(stratum: stratum, point: min(point, end.nextDown))
        }
        return result
    }
}
