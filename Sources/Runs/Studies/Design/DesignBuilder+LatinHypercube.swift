import Specifications
import Tables

extension DesignBuilder {
    /// Samples that spread evenly over every factor; nil after noting a problem.
    func latinHypercube(_ mapping: SpecificationMapping) -> DesignBuilder? {
        let samples = mapping.integer("samples", in: 2...StudyLimits.units)
        let seed = mapping.integer("seed", in: 0...Int.max, default: 1)
        guard let factors = readFactors(mapping, kind: .latinHypercube), let samples, let seed,
            allows(samples, at: mapping.optional("samples") ?? place)
        else { return nil }
        var builder = self
        guard builder.begin(factors.map(\.factor), variants: samples) else { return nil }
        let hypercube = LatinHypercube(samples: samples, seed: UInt64(seed))
        let coordinates = factors.indices.map { hypercube.coordinates(ofFactor: $0) }
        for sample in 0..<samples {
            let choices = zip(factors, coordinates).map { $0.choice(at: $1[sample], samples: samples) }
            guard builder.append(choices) else { return nil }
        }
        return builder
    }
}

extension DesignFactor {
    /// What a sample of a Latin hypercube takes: of levels each as often as the others, or once more.
    fileprivate func choice(at coordinate: LatinHypercube.Coordinate, samples: Int) -> DesignBuilder.Choice {
        switch range {
        case .levels(let levels):
            let index = coordinate.stratum * levels.count / samples
            return .init(level: index, text: levels[index].text, changes: levels[index].changes)
        case .interval(let interval, let operation, let paths):
            let text = shortestText(interval.value(at: coordinate.point))
            let changes = paths.map {
                FactorChange(
                    change: SpecificationOverride(operation, path: $0.path, value: text), text: text, place: $0.place)
            }
            return .init(level: 0, text: text, changes: changes)
        }
    }
}
