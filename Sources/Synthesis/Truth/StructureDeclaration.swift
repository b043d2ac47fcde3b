import Specifications

/// The schools, their sizes, their classes and the pupils who change school.
public struct StructureDeclaration: Sendable, Equatable {
    /// The sizes of schools.
    public enum SchoolSize: Sendable, Equatable {
        /// Every school has as many pupils.
        case fixed(Int)
        /// One pupil more than a log-normal number, rounded up or down at random.
        case variable(mean: Double, standardDeviation: Double)
    }

    /// Pupils who change school once, between two moments.
    public struct Moves: Sendable, Equatable {
        /// The share of pupils who do.
        public let share: Double
        /// The share of these who stay in their region.
        public let withinRegion: Double
        /// The number of schools of a region: schools that follow each other.
        public let regionSize: Int
    }

    /// The number of schools, unless the number of pupils or rows is asked for.
    public let schools: Int
    /// How many pupils a school has.
    public let schoolSize: SchoolSize
    /// The number of classes of a school; nil when there are none.
    public let classesPerSchool: Int?
    /// Who changes school; nil when nobody does.
    public let moves: Moves?

    private static let keys = ["schools", "pupils_per_school", "classes_per_school", "moves"]

    init?(_ value: SpecificationValue) {
        guard let structure = value.mapping("structure", keys: Self.keys) else { return nil }
        let schools = structure.integer("schools", in: 1...10_000_000)
        let size = structure.required("pupils_per_school").flatMap { SchoolSize($0) }
        let classes = structure.optional("classes_per_school").map { $0.integer(in: 1...1000) }
        let moves = structure.optional("moves").map { Moves($0) }
        guard let schools, let size else { return nil }
        if case .some(.none) = classes { return nil }
        if case .some(.none) = moves { return nil }
        if moves != nil, schools == 1 {
            structure.optional("moves")?.fail(
                "found 1 school; pupils can only change school when there are two or more.")
        }
        self.schools = schools
        schoolSize = size
        classesPerSchool = classes ?? nil
        self.moves = moves ?? nil
    }
}

extension StructureDeclaration.SchoolSize {
    fileprivate init?(_ value: SpecificationValue) {
        guard value.isMapping else {
            guard let size = value.integer(in: 1...1_000_000) else { return nil }
            self = .fixed(size)
            return
        }
        guard let size = value.mapping("pupils per school", keys: ["mean", "sd"]), let mean = size.number("mean"),
            let deviation = size.number("sd", in: .nonNegative)
        else { return nil }
        guard (1.0...1_000_000).contains(mean) else {
            size.optional("mean")?.fail("found \(mean); expected a mean from 1 to 1000000 pupils.")
            return nil
        }
        guard deviation == 0 || mean > 1 else {
            size.fail("schools of 1 pupil on average cannot differ; expected a larger mean, or an sd of 0.")
            return nil
        }
        self = .variable(mean: mean, standardDeviation: deviation)
    }
}

extension StructureDeclaration.Moves {
    fileprivate init?(_ value: SpecificationValue) {
        guard let moves = value.mapping("moves", keys: ["share", "within_region", "region_size"]),
            let share = moves.number("share", in: .share),
            let within = moves.number("within_region", in: .share, default: 0)
        else { return nil }
        let size = moves.optional("region_size").map { $0.integer(in: 2...10_000_000) }
        if case .some(.none) = size { return nil }
        guard within == 0 || size != nil else {
            moves.fail("missing key 'region_size' in moves: the number of schools of a region.")
            return nil
        }
        self.init(share: share, withinRegion: within, regionSize: (size ?? nil) ?? 2)
    }
}
