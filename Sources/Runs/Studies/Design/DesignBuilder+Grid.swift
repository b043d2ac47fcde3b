import Specifications

extension DesignBuilder {
    /// Every combination of levels, the last factor changing fastest; nil after noting a problem.
    func grid(_ mapping: SpecificationMapping) -> DesignBuilder? {
        guard let factors = readFactors(mapping, kind: .grid) else { return nil }
        let levels = factors.map(Self.levels)
        let count = levels.reduce(Int?(1)) { product, levels in
            guard let (value, overflow) = product?.multipliedReportingOverflow(by: levels.count), !overflow else {
                return nil
            }
            return value
        }
        guard allows(count, at: place), let count else { return nil }
        var builder = self
        guard builder.begin(factors.map(\.factor), variants: count) else { return nil }
        for number in 0..<count {
            var rest = number
            var choices: [Choice] = []
            for levels in levels.reversed() {
                let (quotient, level) = rest.quotientAndRemainder(dividingBy: levels.count)
                choices.append(Choice(level: level, text: levels[level].text, changes: levels[level].changes))
                rest = quotient
            }
            guard builder.append(choices.reversed()) else { return nil }
        }
        return builder
    }

    private static func levels(of factor: DesignFactor) -> [DesignFactor.Level] {
        if case .levels(let levels) = factor.range { return levels }
        return []
    }
}
