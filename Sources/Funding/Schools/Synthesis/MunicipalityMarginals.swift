import Specifications

/// The municipalities of each region: how many, their inhabitants together, and how these are distributed.
struct MunicipalityMarginals: Sendable {
    struct Region: Sendable {
        let name: String
        let count: Int
        let inhabitants: Int
        let sizes: QuantileFunction

        /// The region's municipalities, the largest first: `Utrecht-01` ... Their inhabitants add up to the region's.
        var municipalities: [Municipality] {
            let spare = wholeParts(of: inhabitants - count, by: sizes.middles(count).reversed())
            return spare.enumerated().map { index, share in
                Municipality(name: name + "-" + numbered(index + 1, of: count), inhabitants: share + 1)
            }
        }
    }

    let regions: [Region]
    let source: String

    init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("municipalities", keys: ["source", "probabilities", "regions"]),
            let source = mapping.text("source"), let probabilities = mapping.required("probabilities"),
            let entries = mapping.required("regions")?.openMapping("regions")?.entries
        else { return nil }
        regions = entries.compactMap { Region(name: $0.key, $0.value, probabilities, source: source) }
        guard regions.count == entries.count else { return nil }
        self.source = source
    }
}

extension MunicipalityMarginals.Region {
    fileprivate init?(
        name: String, _ value: SpecificationValue, _ probabilities: SpecificationValue, source: String
    ) {
        guard let mapping = value.mapping("region", keys: ["municipalities", "inhabitants", "sizes"]),
            let count = mapping.integer("municipalities", in: 1...100_000),
            let inhabitants = mapping.integer("inhabitants", in: count...1_000_000_000),
            let values = mapping.required("sizes"),
            let sizes = QuantileFunction(probabilities: probabilities, values: values, source: source)
        else { return nil }
        self.init(name: name, count: count, inhabitants: inhabitants, sizes: sizes)
    }
}

/// A number with leading zeros, as wide as the last of some numbers: 7 of 120 is `007`, at least two digits.
func numbered(_ number: Int, of last: Int) -> String {
    let (digits, width) = (String(number), max(2, String(last).count))
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
