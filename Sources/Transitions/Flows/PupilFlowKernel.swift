import Probability

/// The pupils of one school in several worlds, such as scenarios, that share their random numbers: whole numbers that flow
/// multinomially from one school year to the next.
///
/// A multinomial number is made of binomial ones, each of the pupils who are left given those who went before; the route's last
/// takes the rest, so nobody is lost. The random numbers of a SES group, grade, class and route are the same in all worlds.
/// Memory of its own, because it is read and written in the innermost loop; one for each thread.
public final class PupilFlowKernel {
    /// How pupils can go.
    public let flow: PupilFlow
    /// The worlds.
    public let worlds: Int
    /// The SES groups.
    public let groups: Int

    /// Pupils at the beginning of the school year: `[group][grade][class][world]`, so that who is in a grade lies together.
    private var stock: UnsafeMutablePointer<Int>
    private var next: UnsafeMutablePointer<Int>
    private let stockCount: Int
    /// How likely each route is against the others of its grade: `[world][group][route]`.
    private let weights: UnsafeMutablePointer<Double>
    private let weightCount: Int
    /// Probabilities of a grade's routes given that no earlier one is taken: `[world][place of the route]`.
    private let conditional: UnsafeMutablePointer<Double>
    private let uniforms: UnsafeMutablePointer<Double>
    /// The classes after each route: `[route][class]`; destinations: grades, or -1.
    private let classAfter: [Int]
    private let destinations: [Int]
    private let firstRoutes: [Int]
    private let routeCount: Int
    private let gradeCount: Int
    /// Blocks of two random numbers for each group, grade and class.
    private let blocksPerCell: Int

    /// Blocks of a school year's stream from here on are free for others, such as who enters.
    public static let firstFreeBlock: UInt16 = 65_000

    /// Nobody in any world.
    public init(_ flow: PupilFlow, worlds: Int, groups: Int) {
        precondition(worlds > 0 && (1...2).contains(groups), "a world, and one or two groups")
        (self.flow, self.worlds, self.groups) = (flow, worlds, groups)
        stockCount = worlds * groups * flow.cellCount
        (stock, next) = (.allocate(capacity: stockCount), .allocate(capacity: stockCount))
        stock.initialize(repeating: 0, count: stockCount)
        next.initialize(repeating: 0, count: stockCount)
        routeCount = flow.routes.count
        gradeCount = flow.gradeCount
        weightCount = worlds * groups * routeCount
        weights = .allocate(capacity: weightCount)
        weights.initialize(repeating: 0, count: weightCount)
        conditional = .allocate(capacity: worlds * flow.mostRoutes)
        conditional.initialize(repeating: 0, count: worlds * flow.mostRoutes)
        blocksPerCell = max(1, flow.mostRoutes / 2)
        uniforms = .allocate(capacity: 2 * blocksPerCell)
        uniforms.initialize(repeating: 0, count: 2 * blocksPerCell)
        classAfter = flow.routes.flatMap { route in PupilClass.all.map { $0.after(route).code } }
        destinations = flow.routes.map { $0.to < flow.gradeCount ? $0.to : -1 }
        firstRoutes = flow.routesByGrade.map(\.lowerBound) + [routeCount]
        precondition(
            groups * flow.cellCount * blocksPerCell <= Int(Self.firstFreeBlock), "each random number has a place")
    }

    deinit {
        for pointer in [stock, next] {
            pointer.deinitialize(count: stockCount)
            pointer.deallocate()
        }
        weights.deallocate()
        conditional.deallocate()
        uniforms.deallocate()
    }

    /// Takes everybody out of all worlds.
    public func clear() { stock.update(repeating: 0, count: stockCount) }

    /// Adds pupils of a group to a cell of a world.
    public func add(_ pupils: Int, world: Int, group: Int, cell: Int) {
        precondition(pupils >= 0, "whole numbers of pupils, 0 or more")
        stock[place(world, group, cell)] += pupils
    }

    /// The pupils of a group in a cell of a world.
    public func pupils(world: Int, group: Int, cell: Int) -> Int { stock[place(world, group, cell)] }

    private func place(_ world: Int, _ group: Int, _ cell: Int) -> Int {
        precondition(
            (0..<worlds).contains(world) && (0..<groups).contains(group)
                && (0..<PupilClass.count * gradeCount).contains(cell))
        let (code, grade) = cell.quotientAndRemainder(dividingBy: gradeCount)
        return ((group * gradeCount + grade) * PupilClass.count + code) * worlds + world
    }

    /// Writes how likely each route is against the others of its grade, 0 or more; by route.
    ///
    /// They need not add up to anything. Where those of a grade are all 0, everybody takes the reference.
    package func withWeights(world: Int, group: Int, _ body: (UnsafeMutableBufferPointer<Double>) -> Void) {
        precondition((0..<worlds).contains(world) && (0..<groups).contains(group))
        body(UnsafeMutableBufferPointer(start: weights + (world * groups + group) * routeCount, count: routeCount))
    }

    /// Sets how likely each route is against the others of its grade: see ``withWeights(world:group:_:)``.
    public func setWeights(_ values: [Double], world: Int, group: Int) {
        precondition(values.count == routeCount, "a weight for each route")
        withWeights(world: world, group: group) { weights in
            for (route, value) in values.enumerated() { weights[route] = value }
        }
    }

    /// Moves everybody by a school year.
    ///
    /// - Parameters:
    ///   - random: The numbers of the school and year.
    ///   - tally: Where those who take each route are added: `[world][group][class][route]`.
    public func advance(_ random: RandomStream, tally: UnsafeMutableBufferPointer<Int>) {
        precondition(tally.count == worlds * groups * PupilClass.count * routeCount, "a place for each route and class")
        guard let tally = tally.baseAddress else { return }
        next.update(repeating: 0, count: stockCount)
        for group in 0..<groups {
            for grade in 0..<gradeCount { advance(group, grade, random, tally) }
        }
        swap(&stock, &next)
    }

    private func advance(_ group: Int, _ grade: Int, _ random: RandomStream, _ tally: UnsafeMutablePointer<Int>) {
        let (first, end) = (firstRoutes[grade], firstRoutes[grade + 1])
        let cell = (group * gradeCount + grade) * PupilClass.count
        var isReady = false
        for code in 0..<PupilClass.count {
            let pupils = stock + (cell + code) * worlds
            var hasNumbers = false
            for world in 0..<worlds where pupils[world] > 0 {
                if !isReady {
                    condition(group, first, end)
                    isReady = true
                }
                if !hasNumbers {
                    draw(random, (cell + code) * blocksPerCell, end - first - 1)
                    hasNumbers = true
                }
                divide(pupils[world], world, group, code, first, end, tally)
            }
        }
    }

    /// Divides the pupils of a cell of a world over the routes.
    @inline(__always)
    private func divide(
        _ pupils: Int, _ world: Int, _ group: Int, _ code: Int, _ first: Int, _ end: Int,
        _ tally: UnsafeMutablePointer<Int>
    ) {
        let chances = conditional + world * flow.mostRoutes - first
        let count = tally + ((world * groups + group) * PupilClass.count + code) * routeCount
        var (rest, route) = (pupils, first)
        while rest > 0 {
            let isLast = route == end - 1
            let taking =
                isLast ? rest : binomialQuantile(uniforms[route - first], trials: rest, probability: chances[route])
            if taking > 0 {
                rest -= taking
                count[route] += taking
                let to = destinations[route]
                if to >= 0 {
                    let later =
                        (group * gradeCount + to) * PupilClass.count + classAfter[route * PupilClass.count + code]
                    next[later * worlds + world] += taking
                }
            }
            route += 1
        }
    }

    /// Each world's probabilities of a grade's routes given that no earlier one is taken.
    private func condition(_ group: Int, _ first: Int, _ end: Int) {
        for world in 0..<worlds {
            let own = weights + (world * groups + group) * routeCount
            let chances = conditional + world * flow.mostRoutes - first
            var (sum, route) = (0.0, end)
            while route > first {
                route -= 1
                sum += own[route]
                chances[route] = sum > 0 ? own[route] / sum : 0
            }
        }
    }

    private func draw(_ random: RandomStream, _ first: Int, _ count: Int) {
        for block in 0..<((count + 1) / 2) {
            let numbers = random.uniforms(at: UInt16(truncatingIfNeeded: first + block))
            (uniforms[2 * block], uniforms[2 * block + 1]) = numbers
        }
    }
}
