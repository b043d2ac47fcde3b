/// The numbers of one chunk of schools while a draw is simulated, and the sums over chunks: one for each thread.
final class SectorWorkspace {
    typealias Pointer = UnsafeMutablePointer<Lanes>

    let outcomes: Int
    let grades: Int
    let moments: Int
    /// Groups of eight in the longest chunk.
    let width: Int
    /// Relative heterogeneity 1 + u_s: `[outcome][place]`.
    let heterogeneity: Pointer
    /// Standard normal noise: `[outcome][year][group][place]`.
    let noise: Pointer
    /// The state: `[parity of the moment][outcome][group][grade][place]`.
    let state: Pointer
    /// The sum of the state over grades: `[parity][outcome][group][place]`.
    let sums: Pointer
    /// A school's mean deviation and mean change: `[outcome][moment][place]`.
    let means: Pointer
    let changes: Pointer
    /// What scenarios add to schools.
    let responses: SchoolResponses
    /// What a scenario adds to sums.
    let added: AddedSums
    /// Nil when the sector has no careers.
    let careers: CareerWorkspace?
    /// What comes in, in a year: `[place]`.
    let input: Pointer
    private let all: Pointer
    private let size: Int

    /// Pupil-weighted sums over schools that all scenarios share: `[outcome][group][quintile][moment]`, and by grade.
    var levels: [Double]
    var growth: [Double]
    var byGrade: [Double]

    init(_ kernel: SectorKernel, scenarios: Int) {
        added = AddedSums(kernel)
        careers = kernel.careers.map { CareerWorkspace(kernel, $0, scenarios: scenarios) }
        responses = SchoolResponses(kernel, scenarios: scenarios)
        outcomes = kernel.outcomes.count
        grades = kernel.grades
        moments = kernel.moments
        let width = kernel.schools.chunks.map(\.groups.count).max() ?? 0
        self.width = width
        let groups = RecordLayout.groups
        let sizes = [
            outcomes, outcomes * (moments - 1) * groups, 2 * outcomes * groups * grades, 2 * outcomes * groups,
            outcomes * moments, outcomes * moments, 1,
        ].map { $0 * width }
        size = sizes.reduce(0, +)
        all = Pointer.allocate(capacity: max(1, size))
        all.initialize(repeating: Lanes(repeating: 0), count: max(1, size))
        var next = all
        var parts: [Pointer] = []
        for size in sizes {
            parts.append(next)
            next += size
        }
        (heterogeneity, noise, state, sums) = (parts[0], parts[1], parts[2], parts[3])
        (means, changes, input) = (parts[4], parts[5], parts[6])
        levels = Array(repeating: 0, count: outcomes * groups * RecordLayout.quintiles * moments)
        growth = levels
        byGrade = Array(repeating: 0, count: outcomes * groups * grades * moments)
    }

    deinit {
        all.deinitialize(count: max(1, size))
        all.deallocate()
    }

    func clearSums() {
        for index in levels.indices {
            levels[index] = 0
            growth[index] = 0
        }
        for index in byGrade.indices { byGrade[index] = 0 }
    }

    func noise(_ outcome: Int, year: Int, group: Int) -> Pointer {
        noise + ((outcome * (moments - 1) + year) * 2 + group) * width
    }

    func state(_ moment: Int, _ outcome: Int, group: Int, grade: Int) -> Pointer {
        state + ((((moment & 1) * outcomes + outcome) * 2 + group) * grades + grade) * width
    }

    func sum(_ moment: Int, _ outcome: Int, group: Int) -> Pointer {
        sums + (((moment & 1) * outcomes + outcome) * 2 + group) * width
    }

    func mean(_ outcome: Int, _ moment: Int) -> Pointer { means + (outcome * moments + moment) * width }
    func change(_ outcome: Int, _ moment: Int) -> Pointer { changes + (outcome * moments + moment) * width }

    func level(_ outcome: Int, group: Int, quintile: Int, moment: Int) -> Int {
        ((outcome * 2 + group) * RecordLayout.quintiles + quintile) * moments + moment
    }

    func grade(_ outcome: Int, group: Int, grade: Int, moment: Int) -> Int {
        ((outcome * 2 + group) * grades + grade) * moments + moment
    }
}
