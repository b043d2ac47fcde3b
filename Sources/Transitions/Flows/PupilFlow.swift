/// How pupils can go from each grade of a ladder in a school year, and what becomes of their delay and placement.
///
/// Pupils are told apart by ``PupilClass``: without delay or with it, and below, in or above the track in which they began.
/// Routes are numbered through, grade by grade; the last route of a grade is its reference: who takes no other takes that.
public struct PupilFlow: Sendable, Equatable {
    /// Where a pupil can be a year later.
    public struct Route: Sendable, Equatable {
        /// The state that is left: a grade.
        public let from: Int
        /// The state a year later: a grade, a diploma or an end.
        public let to: Int
        /// What it means.
        public let move: CareerMove
        /// Whether the grade is the same a year later, in whatever track: a year is lost.
        let isDelaying: Bool
        /// -1 to a lower track, 1 to a higher one.
        let trackStep: Int
    }

    /// The states.
    public let ladder: CareerLadder
    /// All routes, grade by grade.
    public let routes: [Route]
    /// The routes of each grade.
    public let routesByGrade: [Range<Int>]
    /// The most routes of a grade.
    public let mostRoutes: Int
    /// The states that are grades.
    public var gradeCount: Int { routesByGrade.count }

    /// The most grades, and the most routes of one: so that each random number has a place of its own.
    public static let largestNumberOfGrades = 150
    /// The most routes of a grade.
    public static let largestNumberOfRoutes = 16

    /// Flows.
    ///
    /// - Parameters:
    ///   - ladder: The states.
    ///   - destinations: For each grade, in the order of the ladder, where pupils can be a year later; the reference last.
    /// - Throws: ``TransitionError/noRoute(from:)``, ``TransitionError/impossibleRoute(from:to:)``,
    ///   ``TransitionError/sameRoute(from:to:)`` or ``TransitionError/tooManyRoutes(found:)``.
    public init(_ ladder: CareerLadder, destinations: [[Int]]) throws(TransitionError) {
        precondition(destinations.count == ladder.gradeStateCount, "destinations of each grade")
        guard destinations.count <= Self.largestNumberOfGrades else { throw .tooManyGrades(found: destinations.count) }
        var (routes, ranges) = ([Route](), [Range<Int>]())
        for (from, own) in destinations.enumerated() {
            guard !own.isEmpty else { throw .noRoute(from: ladder.states[from]) }
            guard own.count <= Self.largestNumberOfRoutes else { throw .tooManyRoutes(found: own.count) }
            let first = routes.count
            for to in own {
                let names = (from: ladder.states[from], to: ladder.states[to])
                guard let move = ladder.move(from: from, to: to) else {
                    throw .impossibleRoute(from: names.from, to: names.to)
                }
                guard !routes[first...].contains(where: { $0.to == to }) else {
                    throw .sameRoute(from: names.from, to: names.to)
                }
                routes.append(Self.route(ladder, from, to, move))
            }
            ranges.append(first..<routes.count)
        }
        self.ladder = ladder
        self.routes = routes
        routesByGrade = ranges
        mostRoutes = ranges.map(\.count).max() ?? 0
    }

    private static func route(_ ladder: CareerLadder, _ from: Int, _ to: Int, _ move: CareerMove) -> Route {
        guard case .grade(let track, let grade) = ladder.places[from],
            case .grade(let next, let later) = ladder.places[to]
        else { return Route(from: from, to: to, move: move, isDelaying: false, trackStep: 0) }
        return Route(
            from: from, to: to, move: move, isDelaying: later == grade, trackStep: (next - track).signum())
    }

    /// The cells in which pupils are counted, for one SES group: classes by grades.
    public var cellCount: Int { PupilClass.count * gradeCount }

    /// The cell of a class and grade.
    @inlinable @inline(__always)
    public func cell(_ pupils: PupilClass, grade: Int) -> Int { pupils.code * gradeCount + grade }
}

/// What tells the pupils of a grade apart: their delay, and their track against the one in which they began.
///
/// Several tracks up or down count as one: who goes down two and up one counts as in the track in which he began.
public struct PupilClass: Sendable, Equatable {
    /// 0 to ``count`` - 1.
    public let code: Int

    /// The number of classes.
    public static let count = 6
    /// All classes.
    public static let all = (0..<count).map { PupilClass(code: $0) }
    /// Those who enter: without delay, in the track in which they begin.
    public static let entering = PupilClass(hasDelay: false, placement: 0)

    /// - Parameter code: 0 to 5.
    @inlinable
    init(code: Int) { self.code = code }

    /// - Parameter placement: -1 below, 0 in and 1 above the track in which they began.
    public init(hasDelay: Bool, placement: Int) {
        precondition((-1...1).contains(placement), "below, in or above")
        code = (hasDelay ? 3 : 0) + placement + 1
    }

    /// Whether they have lost a year or more: their years at school are more than their grade says.
    public var hasDelay: Bool { code >= 3 }
    /// -1 below, 0 in and 1 above the track in which they began.
    public var placement: Int { code % 3 - 1 }

    /// Their class a year later.
    public func after(_ route: PupilFlow.Route) -> PupilClass {
        PupilClass(
            hasDelay: hasDelay || route.isDelaying, placement: min(max(placement + route.trackStep, -1), 1))
    }
}
