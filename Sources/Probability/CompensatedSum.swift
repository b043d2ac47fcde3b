/// A sum that also adds up what rounding loses, so that its error does not grow with the number of terms.
///
/// - SeeAlso: Neumaier (1974), Zeitschrift fuer Angewandte Mathematik und Mechanik 54, 39-51.
public struct CompensatedSum: Sendable {
    private var sum = 0.0
    private var lost = 0.0

    /// An empty sum.
    public init() {}

    /// The sum of a sequence, in its order.
    public init(_ terms: some Sequence<Double>) {
        for term in terms { add(term) }
    }

    /// Adds a term.
    public mutating func add(_ term: Double) {
        let total = sum + term
        lost += abs(sum) >= abs(term) ? (sum - total) + term : (term - total) + sum
        sum = total
    }

    /// The sum so far. Infinite terms give what ordinary addition gives.
    public var value: Double { sum.isFinite ? sum + lost : sum }
}
