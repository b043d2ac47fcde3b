/// Draws of one quantity counted as they come, without keeping them: what ``DrawSummary`` needs of many of them.
///
/// Parts merge in any order to the same bits.
public struct DrawAccumulator: Sendable, Equatable {
    /// The sums of powers.
    public private(set) var moments = ExactMoments()
    /// The counts for quantiles.
    public private(set) var sketch = QuantileSketch()

    /// No draws.
    public init() {}

    /// The draws given.
    public init(_ draws: some Sequence<Double>) {
        for draw in draws { add(draw) }
    }

    /// The number of draws.
    public var count: Int { moments.count }

    /// Adds a draw.
    public mutating func add(_ draw: Double) {
        moments.add(draw)
        sketch.add(draw)
    }

    /// Adds other draws.
    public mutating func merge(_ other: DrawAccumulator) {
        moments.merge(other.moments)
        sketch.merge(other.sketch)
    }
}
