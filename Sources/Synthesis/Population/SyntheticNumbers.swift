import Probability

/// What numbers of a synthetic population are for. The codes are part of every file: never reused, never renumbered.
///
/// They take the place of the draw in ``Probability/StreamPurpose/population``, of which draw 0 belongs to synthetic school
/// tables; the entity is the school, class or pupil by position.
enum SyntheticNumbers: UInt32 {
    /// A school's number of pupils.
    case schoolSize = 1
    /// How a school's shares of factor levels differ; one number a factor.
    case schoolShares = 2
    /// A school's random effects.
    case schoolEffects = 3
    /// A class's random effects.
    case classEffects = 4
    /// A pupil's factor levels; one number a factor.
    case pupilFactors = 5
    /// A pupil's random effects.
    case pupilEffects = 6
    /// Whether, when and where a pupil moves.
    case moves = 7
    /// Whether a pupil's score is missing, and its residual; two numbers a moment.
    case scores = 8
    /// A pupil's test date and prior weight; two numbers a moment.
    case occasions = 9

    /// The numbers of a school, class or pupil.
    @inline(__always)
    func stream(seed: UInt64, of entity: Int) -> RandomStream {
        RandomStream(
            seed: seed, purpose: .population, draw: rawValue, entity: UInt64(truncatingIfNeeded: entity), period: 0)
    }
}
