import Probability

/// A pupil's change of school: from which moment, and to which school.
struct Move: Equatable {
    /// The position of the first moment in the new school.
    let moment: Int
    /// The new school.
    let school: Int
    /// A number in (0, 1) that decides the class.
    let classNumber: Double

    /// The move of a pupil; nil for most.
    ///
    /// - Parameters:
    ///   - home: The school in which the pupil begins.
    ///   - schoolCount: The number of schools; in a single one nobody moves.
    init?(
        ofPupil pupil: Int, home: Int, schoolCount: Int, momentCount: Int, moves: StructureDeclaration.Moves,
        seed: UInt64
    ) {
        let stream = SyntheticNumbers.moves.stream(seed: seed, of: pupil)
        let (whether, when) = stream.uniforms(at: 0)
        guard whether < moves.share, schoolCount > 1, momentCount > 1 else { return nil }
        let (distance, target) = stream.uniforms(at: 1)
        moment = 1 + min(momentCount - 2, Int(when * Double(momentCount - 1)))
        classNumber = stream.uniform(at: 4)
        let first = home / moves.regionSize * moves.regionSize
        let region = first..<min(schoolCount, first + moves.regionSize)
        // The last region may be a single school.
        let isWithin = distance < moves.withinRegion && region.count > 1
        school = Self.other(than: home, in: isWithin ? region : 0..<schoolCount, at: target)
    }

    /// One of the other schools, each with the same probability.
    private static func other(than home: Int, in schools: Range<Int>, at target: Double) -> Int {
        let others = schools.count - 1
        let position = schools.lowerBound + min(others - 1, Int(target * Double(others)))
        return position < home ? position : position + 1
    }
}
