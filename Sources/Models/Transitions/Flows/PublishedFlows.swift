import LinearAlgebra
import Specifications
import Tables
import Transitions

/// Published and assumed shares of pupils, from which the yearly probabilities of careers are put together.
///
///     figures:
///       - {years: [2018/19], from: grades, to: {retained: 5.91}, n: 940000, rounded_to: 0.01, source: "progress report"}
///       - {from: [vwo_1, vwo_2], to: {down: {percent: 4, std_error: 1}}, assumption: "as many as in ..."}
///       - {from: diploma_havo, to: {hbo: {percent: 75, std_error: 2}, left: rest}, source: "..."}
///
/// A figure holds for each of its `from`, in each of its `years` and `groups` (all, where they are left out), and is one
/// uncertain number in all of them: its error is shared. `from` is a state, a track (all its grades), `grades` (all
/// grades), `before_last` (all but each track's last), or a list of them. `to` names states or moves: `retained`, `up` and `down` (the next grade of the next higher
/// or lower track) and `onward` (the next grade, or the diploma). What the figures leave of a grade's pupils goes onward;
/// of a diploma's to the state whose share is `rest`.
///
/// The number behind a word is a percent of the figure's `n` (with `design_effect` and `rounded_to`), or a percent with
/// the figure's `std_error`, or a mapping with its own, see ``PublishedNumber``. Shares of one `n` are multinomial.
public struct PublishedFlows: Sendable {
    /// A number of the file.
    public struct Figure: Sendable, Equatable {
        /// What it says: `5.91% retained of grades in 2018/19`.
        public let words: String
        /// The share.
        public let share: Double
        /// Its standard error.
        public let standardError: Double
        /// Where it is from, or what is assumed.
        public let source: String
        /// Whether it is an assumption rather than a published number.
        public let isAssumed: Bool
    }

    /// A probability as a sum of figures.
    struct Slope: Sendable {
        let figure, from, to: Int
        let factor: Double
    }

    /// A year's and group's probabilities.
    struct Cell: Sendable {
        let year, group: String
        let matrix: TransitionMatrix
        let slopes: [Slope]
    }

    /// The uncertain numbers.
    public let figures: [Figure]
    /// Their covariance.
    let covariance: Matrix
    let cells: [Cell]
    /// The years, in the order in which they are named.
    public let years: [String]
    /// The groups; one empty name when there are none.
    public let groups: [String]

    init?(_ value: SpecificationValue, ladder: CareerLadder, source: String?) {
        guard let list = value.list(atLeast: 1) else { return nil }
        let read = list.map { PublishedFlow($0, ladder: ladder, source: source) }
        let flows = read.compactMap { $0 }
        guard flows.count == read.count else { return nil }
        let (years, groups) = (Self.distinct(flows.compactMap(\.years)), Self.distinct(flows.compactMap(\.groups)))
        guard !years.isEmpty else {
            value.fail("no figure names its school years. Add 'years' to those that differ between years.")
            return nil
        }
        var (figures, first) = ([Figure](), [Int]())
        for flow in flows {
            first.append(figures.count)
            figures += flow.figures
        }
        var covariance = Matrix(rows: figures.count, columns: figures.count)
        for (flow, start) in zip(flows, first) {
            for row in flow.figures.indices {
                for column in flow.figures.indices {
                    covariance[start + row, start + column] = flow.covariance[row, column]
                }
            }
        }
        let names = groups.isEmpty ? [""] : groups
        var cells: [Cell] = []
        for year in years {
            for group in names {
                var draft = FlowDraft(ladder: ladder, year: year, group: group)
                for (flow, start) in zip(flows, first) where flow.holds(in: year, of: group) {
                    guard draft.add(flow, first: start) else { return nil }
                }
                guard let cell = draft.cell(at: value) else { return nil }
                cells.append(cell)
            }
        }
        (self.figures, self.covariance, self.cells) = (figures, covariance, cells)
        (self.years, self.groups) = (years, names)
    }

    private static func distinct(_ lists: [[String]]) -> [String] {
        var found: [String] = []
        for name in lists.joined() where !found.contains(name) { found.append(name) }
        return found
    }
}

/// The probabilities of a year and group while figures are added.
private struct FlowDraft {
    let ladder: CareerLadder
    let year, group: String
    private var shares: Matrix
    private var slopes: [PublishedFlows.Slope] = []
    private var isTaken: [Bool]
    private var rests: [Int?]
    private var last: [SpecificationValue?]

    init(ladder: CareerLadder, year: String, group: String) {
        let n = ladder.states.count
        (self.ladder, self.year, self.group) = (ladder, year, group)
        shares = Matrix(rows: n, columns: n)
        isTaken = Array(repeating: false, count: n * n)
        rests = Array(repeating: nil, count: n)
        last = Array(repeating: nil, count: n)
    }

    private var place: String { group.isEmpty ? year : "\(year), group \(group)" }

    /// Adds a figure; false after an error.
    mutating func add(_ flow: PublishedFlow, first: Int) -> Bool {
        let n = ladder.states.count
        for from in flow.from {
            last[from] = flow.value
            for target in flow.targets {
                guard let to = target.word.state(from: from, ladder) else {
                    flow.value.fail(
                        "nobody can go from '\(ladder.states[from])' '\(target.word.text)'. Leave it out of 'from'.")
                    return false
                }
                guard ladder.move(from: from, to: to) != nil else {
                    flow.value.fail("\(ChainError.impossibleMove(from: ladder.states[from], to: ladder.states[to]))")
                    return false
                }
                guard !isTaken[from * n + to], target.figure != nil || rests[from] == nil else {
                    flow.value.fail(
                        "the share from '\(ladder.states[from])' to '\(ladder.states[to])' in \(place) is given twice. Remove one."
                    )
                    return false
                }
                isTaken[from * n + to] = true
                guard let figure = target.figure else {
                    rests[from] = to
                    continue
                }
                shares[from, to] = flow.figures[figure].share
                slopes.append(.init(figure: first + figure, from: from, to: to, factor: 1))
            }
        }
        return true
    }

    /// The probabilities with what the figures leave; nil after an error.
    func cell(at value: SpecificationValue) -> PublishedFlows.Cell? {
        var (p, all) = (shares, slopes)
        let n = ladder.states.count
        for from in 0..<n {
            let word = FlowWord.onward
            guard let own = last[from] else {
                if from < ladder.gradeStateCount {
                    value.fail("no figure says where the pupils of '\(ladder.states[from])' go in \(place). Add one.")
                    return nil
                }
                p[from, from] = 1
                continue
            }
            guard let rest = rests[from] ?? word.state(from: from, ladder) else {
                own.fail(
                    "nothing says where the other holders of '\(ladder.states[from])' go. Add a state with the share 'rest'."
                )
                return nil
            }
            guard rests[from] != nil || !isTaken[from * n + rest] else {
                own.fail(
                    "the pupils of '\(ladder.states[from])' who go onward in \(place) are what the others leave. Remove their share, "
                        + "or give another state the share 'rest'.")
                return nil
            }
            let sum = (0..<n).reduce(0) { $0 + shares[from, $1] }
            guard sum <= 1 + 1e-12 else {
                own.fail(
                    "the shares of '\(ladder.states[from])' in \(place) add up to \(shortestText(100 * sum))%; expected 100% or less."
                )
                return nil
            }
            p[from, rest] = max(0, 1 - sum)
            all += slopes.filter { $0.from == from }.map {
                .init(figure: $0.figure, from: from, to: rest, factor: -1)
            }
        }
        guard let matrix = try? TransitionMatrix(states: ladder.states, probabilities: p) else {
            value.fail("the shares in \(place) make no probabilities.")
            return nil
        }
        return PublishedFlows.Cell(year: year, group: group, matrix: matrix, slopes: all)
    }
}
