/// The minimum of a function of one variable: a grid, as there may be several minima, then golden section.
struct ScalarSearch {
    /// Where the function is looked at first, rising; the ends are bounds.
    let grid: [Double]

    /// The place of the least value; nil when the function is finite nowhere on the grid.
    func minimum(_ function: (Double) -> Double) -> (point: Double, value: Double)? {
        let values = grid.map { Self.orInfinite(function($0)) }
        guard let least = values.indices.min(by: { values[$0] < values[$1] }), values[least] < .infinity else {
            return nil
        }
        var (low, high) = (grid[max(0, least - 1)], grid[min(grid.count - 1, least + 1)])
        let ratio = (5.0.squareRoot() - 1) / 2
        var (x, y) = (high - ratio * (high - low), low + ratio * (high - low))
        var (atX, atY) = (Self.orInfinite(function(x)), Self.orInfinite(function(y)))
        for _ in 0..<200 where high - low > 1e-11 * (abs(low) + abs(high)) {
            if atX <= atY {
                (high, y, atY) = (y, x, atX)
                x = high - ratio * (high - low)
                atX = Self.orInfinite(function(x))
            } else {
                (low, x, atX) = (x, y, atY)
                y = low + ratio * (high - low)
                atY = Self.orInfinite(function(y))
            }
        }
        // At the end of the grid the bound itself may be best.
        let found = atX <= atY ? (x, atX) : (y, atY)
        return found.1 < values[least] ? found : (grid[least], values[least])
    }

    private static func orInfinite(_ value: Double) -> Double { value.isNaN ? .infinity : value }
}
