extension Cents {
    /// Divides the amount in proportion to weights, to the cent: the parts add up to the whole.
    ///
    /// Largest remainder (Hamilton's method): every part is rounded down, and the cents left go one each to the largest
    /// remainders, ties to the earlier part. A larger weight never gets less than a smaller one.
    ///
    /// - Parameter weights: Non-negative and finite; at least one above zero.
    /// - Throws: ``FundingError/nothingToDivideBy`` when no weight is above zero.
    /// - Complexity: O(n) on average.
    public func split(by weights: [Double]) throws(FundingError) -> [Cents] {
        precondition(weights.allSatisfy { $0 >= 0 && $0.isFinite }, "weights are non-negative and finite")
        precondition(count >= 0, "only a non-negative amount is divided")
        let total = weights.reduce(0, +)
        guard total > 0, total.isFinite else { throw .nothingToDivideBy }
        let exact = weights.map { Double(count) * ($0 / total) }
        return LargestRemainder(exact).parts(
            addingUpTo: count, least: { _ in 0 }, most: { weights[$0] > 0 ? .max : 0 }
        ).map(Cents.init)
    }

    /// Divides the amount in proportion to weights with every part within its range: `part = clamp(lambda * weight)`.
    ///
    /// A part without weight gets the least of its range.
    ///
    /// - Parameters:
    ///   - weights: Non-negative and finite.
    ///   - ranges: The least and the most of each part; nothing below zero.
    /// - Returns: The parts, or nil when the ranges do not allow parts that add up to the amount.
    /// - Complexity: O(n) a step; a few steps.
    public func split(by weights: [Double], within ranges: [ClosedRange<Cents>]) -> [Cents]? {
        precondition(weights.count == ranges.count, "a range for each weight")
        precondition(weights.allSatisfy { $0 >= 0 && $0.isFinite }, "weights are non-negative and finite")
        let division = BoundedDivision(amount: Double(count), weights: weights, ranges: ranges)
        guard let exact = division.parts() else { return nil }
        return LargestRemainder(exact).parts(
            addingUpTo: count, least: { ranges[$0].lowerBound.count }, most: { Int(division.most[$0]) }
        ).map(Cents.init)
    }

    /// Divides the amount into equal parts, to the cent; earlier parts get the cents left over.
    public func split(into parts: Int) -> [Cents] {
        precondition(parts > 0, "an amount is divided into at least one part")
        return (0..<parts).map { Cents(count / parts + ($0 < count % parts ? 1 : 0)) }
    }
}

/// Rounds parts to whole numbers that add up to a whole, by largest remainder.
private struct LargestRemainder {
    private let floors: [Int]
    private let remainders: [Double]

    init(_ exact: [Double]) {
        let floors = exact.map { $0.rounded(.down) }
        self.floors = floors.map { Int($0) }
        remainders = zip(exact, floors).map { $0 - $1 }
    }

    /// The rounded parts.
    ///
    /// Mostly one unit goes to each of the largest remainders. Rounding in the exact parts can leave more units than parts
    /// that may have one, or too few; then the round is repeated, or units are taken back from the smallest remainders.
    func parts(addingUpTo whole: Int, least: (Int) -> Int, most: (Int) -> Int) -> [Int] {
        var parts = floors
        var left = whole - parts.reduce(0, +)
        while left > 0 {
            let open = parts.indices.filter { parts[$0] < most($0) }
            precondition(!open.isEmpty, "the whole fits in the ranges")
            for part in largest(min(left, open.count), of: open, sign: 1) { parts[part] += 1 }
            left -= min(left, open.count)
        }
        while left < 0 {
            let open = parts.indices.filter { parts[$0] > least($0) }
            precondition(!open.isEmpty, "the whole fits in the ranges")
            for part in largest(min(-left, open.count), of: open, sign: -1) { parts[part] -= 1 }
            left += min(-left, open.count)
        }
        return parts
    }

    /// The positions of the largest (or, with sign -1, smallest) remainders among some, ties to the earlier.
    private func largest(_ number: Int, of open: [Int], sign: Double) -> [Int] {
        guard number < open.count else { return open }
        let cut = Self.nthLargest(number, of: open.map { sign * remainders[$0] })
        let above = open.filter { sign * remainders[$0] > cut }
        let ties = open.lazy.filter { sign * remainders[$0] == cut }.prefix(number - above.count)
        return above + ties
    }

    /// The n-th largest of some numbers, n from 1, by quickselect: Hoare's partition, in place.
    private static func nthLargest(_ n: Int, of numbers: [Double]) -> Double {
        var numbers = numbers
        var (low, high) = (0, numbers.count - 1)
        while low < high {
            let pivot = numbers[(low + high) / 2]
            var (left, right) = (low, high)
            while left <= right {
                while numbers[left] > pivot { left += 1 }
                while numbers[right] < pivot { right -= 1 }
                guard left <= right else { break }
                numbers.swapAt(left, right)
                left += 1
                right -= 1
            }
            // Before right the larger ones, from left the smaller ones, between them the pivot.
            if n - 1 <= right {
                high = right
            } else if n - 1 >= left {
                low = left
            } else {
                break
            }
        }
        return numbers[n - 1]
    }
}
