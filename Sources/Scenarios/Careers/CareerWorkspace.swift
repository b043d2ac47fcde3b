import Probability
import Transitions

/// The numbers of careers while a draw is simulated: states of the chunk's schools, what scenarios add to them, and counts of
/// pupils; one for each thread and sector.
final class CareerWorkspace {
    typealias LanePointer = UnsafeMutablePointer<Lanes>

    /// Outcomes that shift careers, by their place in the sector: skill, well-being, or fewer.
    let outcomes: [Int]
    let pupils: PupilFlowKernel
    /// The states that all scenarios share: `[moment][outcome][group][grade][place]`.
    private let states: LanePointer
    private let stateCount: Int
    private let grades: Int
    private let width: Int
    /// What a euro per pupil of each paid year does to the level by a moment: `[scenario][outcome][moment][group][paid year]`.
    var perEuro: [Double]
    /// What entering pupils bring beyond what they bring in all: `[scenario][outcome][moment][group][grade]`.
    var entered: [Double]
    private let moments: Int
    private let paidYears: Int
    /// Who took which route: `[year][world][group][class][route]`.
    var tallies: [Int]
    let tallyLength: Int
    /// Who entered: `[year][group][track]`, the same in all worlds.
    var entering: [Int]
    /// Pupils at the beginning of the first year: `[group]`.
    var atStart: [Int]
    /// Deviations of a school in a world and year: `[outcome][group][grade]`, SD.
    var deviations: [Double]
    /// By what odds are multiplied: `[cell of shifts]`.
    var factors: [Double]

    init(_ kernel: SectorKernel, _ careers: SectorCareers, scenarios: Int) {
        outcomes = careers.outcomes
        pupils = PupilFlowKernel(careers.plan.flow, worlds: scenarios + 1, groups: RecordLayout.groups)
        (grades, moments, paidYears) = (kernel.grades, kernel.moments, kernel.schools.paidYears.count)
        width = kernel.schools.chunks.map(\.groups.count).max() ?? 0
        stateCount = max(1, moments * outcomes.count * RecordLayout.groups * grades * width)
        states = .allocate(capacity: stateCount)
        states.initialize(repeating: Lanes(repeating: 0), count: stateCount)
        let responses = scenarios * outcomes.count * moments * RecordLayout.groups
        perEuro = Array(repeating: 0, count: responses * paidYears)
        entered = Array(repeating: 0, count: responses * grades)
        tallyLength = (scenarios + 1) * RecordLayout.groups * PupilClass.count * careers.plan.flow.routes.count
        tallies = Array(repeating: 0, count: kernel.years * tallyLength)
        let tracks = careers.plan.flow.ladder.tracks.count
        entering = Array(repeating: 0, count: kernel.years * RecordLayout.groups * tracks)
        atStart = Array(repeating: 0, count: RecordLayout.groups)
        deviations = Array(repeating: 0, count: outcomes.count * RecordLayout.groups * grades)
        factors = Array(repeating: 1, count: careers.plan.shifts.cells.count)
    }

    deinit {
        states.deinitialize(count: stateCount)
        states.deallocate()
    }

    func clear() {
        for index in tallies.indices { tallies[index] = 0 }
        for index in entering.indices { entering[index] = 0 }
        for index in atStart.indices { atStart[index] = 0 }
    }

    func state(_ moment: Int, _ outcome: Int, group: Int, grade: Int) -> LanePointer {
        states + (((moment * outcomes.count + outcome) * RecordLayout.groups + group) * grades + grade) * width
    }

    /// Where the responses of a scenario, outcome, moment and group begin, over their length.
    func response(_ scenario: Int, _ outcome: Int, _ moment: Int, _ group: Int) -> Int {
        ((scenario * outcomes.count + outcome) * moments + moment) * RecordLayout.groups + group
    }

    /// Keeps the states of a moment of which the kernel soon has no memory.
    func keep(_ moment: Int, places: Int, _ work: SectorWorkspace) {
        for (index, outcome) in outcomes.enumerated() {
            for group in 0..<RecordLayout.groups {
                for grade in 0..<grades {
                    state(moment, index, group: group, grade: grade)
                        .update(from: work.state(moment, outcome, group: group, grade: grade), count: places)
                }
            }
        }
    }
}
