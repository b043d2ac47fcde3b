/// The diplomas of an intake that met a school year's flows in every year: what ``SyntheticCohort`` gives, without derivatives and
/// quick enough for every draw.
///
/// With Q the probabilities between grades, r those of a diploma and a the intake: `a'N r` get a diploma with `N = (I - Q)^-1`,
/// and among those the mean number of years is `a'N(N r) / a'N r`, the visits weighted by the probability of a diploma from there.
/// A grade without pupils that year has no flows: who would come there counts as leaving without a diploma.
///
/// - SeeAlso: Kemeny and Snell (1960), Finite Markov Chains, theorems 3.3.5 and 3.5.7 (an absorbing state as the only one).
public struct DiplomaExpectation: Sendable {
    /// The share that gets a diploma.
    public let diplomaShare: Double
    /// The mean number of years at school of those who do; 0 when nobody does.
    public let yearsToDiploma: Double

    /// - Parameters:
    ///   - intake: Those who enter, by track; 0 or more.
    ///   - pupils: Those who took each route.
    /// - Complexity: The number of grades cubed.
    public init(_ flow: PupilFlow, intake: [Double], pupils: [Double]) {
        precondition(intake.count == flow.ladder.tracks.count && pupils.count == flow.routes.count)
        let n = flow.gradeCount
        var matrix = [Double](repeating: 0, count: n * n)
        var diploma = [Double](repeating: 0, count: n)
        for (grade, own) in flow.routesByGrade.enumerated() {
            matrix[grade * n + grade] += 1
            let sum = own.reduce(0.0) { $0 + pupils[$1] }
            guard sum > 0 else { continue }
            for index in own {
                let to = flow.routes[index].to
                if to < n {
                    matrix[grade * n + to] -= pupils[index] / sum
                } else if flow.routes[index].move == .passed {
                    diploma[grade] += pupils[index] / sum
                }
            }
        }
        Self.factor(&matrix, n)
        let reach = Self.solved(matrix, diploma, n)
        let visits = Self.solved(matrix, reach, n)
        let total = intake.reduce(0, +)
        var (share, years) = (0.0, 0.0)
        for (track, entering) in intake.enumerated() where total > 0 {
            let grade = flow.ladder.state(track: track, grade: 1)
            share += entering / total * reach[grade]
            years += entering / total * visits[grade]
        }
        diplomaShare = share
        yearsToDiploma = share > 0 ? years / share : 0
    }

    /// Elimination without exchanges: rows of `I - Q` are diagonally dominant. A grade that nobody leaves has a pivot of 0, and
    /// nobody gets a diploma from it.
    private static func factor(_ a: inout [Double], _ n: Int) {
        for k in 0..<n {
            let pivot = a[k * n + k]
            guard pivot > 1e-12 else { continue }
            for row in (k + 1)..<max(n, k + 1) where a[row * n + k] != 0 {
                let ratio = a[row * n + k] / pivot
                a[row * n + k] = ratio
                for column in (k + 1)..<n { a[row * n + column] -= ratio * a[k * n + column] }
            }
        }
    }

    private static func solved(_ a: [Double], _ right: [Double], _ n: Int) -> [Double] {
        var x = right
        for row in 0..<n {
            for column in 0..<row where a[column * n + column] > 1e-12 { x[row] -= a[row * n + column] * x[column] }
        }
        for row in (0..<n).reversed() {
            for column in (row + 1)..<max(n, row + 1) { x[row] -= a[row * n + column] * x[column] }
            x[row] = a[row * n + row] > 1e-12 ? x[row] / a[row * n + row] : 0
        }
        return x
    }
}
