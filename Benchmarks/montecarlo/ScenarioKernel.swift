import Foundation
import Probability

/// What some draws gave and cost.
struct ScenarioPart {
    let totals: ScenarioTotals
    let times: ScenarioTimes
}

/// Processor seconds in the three parts of the kernel.
struct ScenarioTimes {
    var normals = 0.0, response = 0.0, update = 0.0

    mutating func add(_ other: ScenarioTimes) {
        normals += other.normals
        response += other.response
        update += other.update
    }
}

/// Runs draws of the scenario kernel one after the other and adds up what they give.
///
/// `level' = rho level + trend + effect (1 - exp(-spending / c)) fidelity + sd z`, for every scenario, school, group, outcome and year.
final class ScenarioKernel {
    private let blocks: [SchoolBlock]
    private let check: CheckDraws?
    private let normals, response, levels: UnsafeMutablePointer<Double>
    private let sums: UnsafeMutablePointer<CellSums>
    private var totals = ScenarioTotals()
    private var times = ScenarioTimes()

    static let seed: UInt64 = 20_211
    /// Pairs of normal numbers of a school and draw: 48 for noise, one for fidelity, one left over.
    private static let pairs = 25

    init(blocks: [SchoolBlock], check: CheckDraws?) {
        (self.blocks, self.check) = (blocks, check)
        let width = SchoolBlock.largest + 8
        normals = .allocate(capacity: 2 * Self.pairs * width)
        normals.initialize(repeating: 0, count: 2 * Self.pairs * width)
        response = .allocate(capacity: Scenario.scenarios * Scenario.years * width)
        response.initialize(repeating: 0, count: Scenario.scenarios * Scenario.years * width)
        levels = .allocate(capacity: Scenario.scenarios * width)
        levels.initialize(repeating: 0, count: Scenario.scenarios * width)
        sums = .allocate(capacity: Scenario.results)
        sums.initialize(repeating: CellSums(), count: Scenario.results)
    }

    deinit {
        normals.deallocate()
        response.deallocate()
        levels.deallocate()
        sums.deallocate()
    }

    /// The totals of some draws; a kernel runs once.
    func run(_ draws: Range<Int>) -> ScenarioPart {
        for draw in draws { run(draw) }
        for index in 0..<Scenario.results { totals.add(sums[index], at: index) }
        return ScenarioPart(totals: totals, times: times)
    }

    private func run(_ draw: Int) {
        let parameters = check.map { DrawParameters($0, draw) } ?? DrawParameters(draw: draw)
        for block in blocks {
            let start = threadSeconds()
            if let check { copyNormals(of: block, draw, from: check) } else { drawNormals(of: block, draw) }
            let drawn = threadSeconds()
            computeResponse(of: block, parameters)
            let responded = threadSeconds()
            for row in 0..<Scenario.levels { step(block, row, effect: parameters.effect[row % Scenario.outcomes]) }
            times.normals += drawn - start
            times.response += responded - drawn
            times.update += threadSeconds() - responded
        }
        for index in 0..<Scenario.results { totals.addDraw(sums[index].takeSum(), at: index) }
    }

    // MARK: Random numbers

    private func drawNormals(of block: SchoolBlock, _ draw: Int) {
        block.entities.withUnsafeBufferPointer { entities in
            for pair in 0..<Self.pairs {
                let first = normals + 2 * pair * block.width
                NormalLanes.fill(
                    seed: Self.seed, purpose: .test, draw: UInt32(draw), period: 0, block: UInt16(pair),
                    entities: entities,
                    first: first, second: first + block.width)
            }
        }
    }

    private func copyNormals(of block: SchoolBlock, _ draw: Int, from check: CheckDraws) {
        let perSchool = Scenario.levels * Scenario.years
        for (column, school) in block.schools.enumerated() {
            let place = draw * Scenario.schools + school
            for row in 0..<perSchool { normals[row * block.width + column] = check.noise[place * perSchool + row] }
            normals[perSchool * block.width + column] =
                (check.fidelity[place] - Scenario.fidelityMean) / Scenario.fidelitySD
        }
    }

    // MARK: Dose and response

    private func computeResponse(of block: SchoolBlock, _ parameters: DrawParameters) {
        let width = block.width
        let fidelity = UnsafeRawPointer(normals + Scenario.levels * Scenario.years * width)
        block.negativeSpending.withUnsafeBytes { spending in
            guard let spending = spending.baseAddress else { return }
            for row in 0..<(Scenario.scenarios * Scenario.years) {
                var column = 0
                while column < width {
                    let offset = (row * width + column) * 8
                    let dose =
                        spending.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self) * parameters.perDose
                    let z = fidelity.loadUnaligned(fromByteOffset: column * 8, as: SIMD8<Double>.self)
                    let share = 1 - Elementary.exp(dose)
                    let result = share * (Scenario.fidelityMean + Scenario.fidelitySD * z)
                    UnsafeMutableRawPointer(response).storeBytes(
                        of: result, toByteOffset: offset, as: SIMD8<Double>.self)
                    column += 8
                }
            }
        }
    }

    // MARK: Levels

    /// All years of one group and outcome.
    private func step(_ block: SchoolBlock, _ row: Int, effect: Double) {
        let outcome = row % Scenario.outcomes
        let factors = YearFactors(
            persistence: Scenario.persistence[outcome], trend: Scenario.trend[outcome], effect: effect)
        let width = block.width
        block.level.withUnsafeBufferPointer { start in
            guard let start = start.baseAddress else { return }
            for year in 0..<Scenario.years {
                let first = year == 0
                let rows = YearRows(
                    level: first ? start + row * width : UnsafePointer(levels), scenarioStride: first ? 0 : width,
                    next: levels, width: width, count: block.schools.count,
                    response: UnsafePointer(response + year * width), responseStride: Scenario.years * width,
                    noise: UnsafePointer(normals + (row * Scenario.years + year) * width))
                let place = (block.cell * Scenario.levels + row) * Scenario.years + year
                advance(rows, factors, sums + place, Scenario.cells * Scenario.levels * Scenario.years)
            }
        }
    }
}

/// What one draw holds for all schools.
struct DrawParameters {
    var effect: [Double]
    /// 1 / c.
    var perDose: Double

    init(draw: Int) {
        let stream = RandomStream(
            seed: ScenarioKernel.seed, purpose: .parameter, draw: UInt32(draw), entity: 0, period: 0)
        effect = (0..<Scenario.outcomes).map {
            Scenario.effectMean[$0] + Scenario.effectSD * stream.normal(at: UInt32($0))
        }
        let z = stream.normal(at: UInt32(Scenario.outcomes))
        perDose = 1 / (Scenario.doseMedian * Elementary.exp(Scenario.doseSD * z))
    }

    init(_ check: CheckDraws, _ draw: Int) {
        effect = Array(check.effect[(draw * Scenario.outcomes)..<((draw + 1) * Scenario.outcomes)])
        perDose = 1 / check.dose[draw]
    }
}

/// The processor time of this thread, in seconds: unlike the time on the clock it means something on a busy machine.
private func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
