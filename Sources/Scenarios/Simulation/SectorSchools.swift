import Funding
import Probability
import Recovery

/// Eight schools at once.
typealias Lanes = SIMD8<Double>

extension Lanes {
    /// The sum of the eight, always in the same order.
    @inline(__always)
    var total: Double {
        ((self[0] + self[1]) + (self[2] + self[3])) + ((self[4] + self[5]) + (self[6] + self[7]))
    }
}

/// The schools of one sector as the kernel meets them: in cells of one quintile and region, each filled up to whole groups of
/// eight with places that weigh nothing.
struct SectorSchools: Sendable {
    /// Schools that share what depends on quintile and region: the staff that can be found.
    struct Cell: Sendable {
        /// 1 to 5, or 0 for unknown scores.
        let quintile: Int
        /// The region; nil when not declared.
        let region: String?
        /// Pupils: low group, high group.
        let pupils: [Double]
        /// Euros of each group's pupils by scenario and paid year: `[scenario][group][paid year]`.
        let euros: [[[Double]]]
    }

    /// Some schools of a cell that are simulated together.
    struct Chunk: Sendable {
        let cell: Int
        /// Places in groups of eight.
        let groups: Range<Int>
    }

    /// The most groups of eight in a chunk: its numbers stay in the processor's cache.
    static let groupsPerChunk = 32

    let cells: [Cell]
    let chunks: [Chunk]
    /// What keys each place's random numbers.
    let entities: [UInt64]
    /// Each place's school in the population; -1 for a place that is none.
    let schoolIndices: [Int]
    /// Pupils by SES group and group of eight.
    let pupils: [[Lanes]]
    /// The SES groups' shares in a school's mean.
    let shares: [[Lanes]]
    /// 1 for a school, 0 for a place that is none.
    let isSchool: [Lanes]
    /// The simulated years, counted from 0, in which any scenario spends money.
    let paidYears: [Int]
    /// Effective spending (what interventions get) per pupil in euros: `[(scenario * paid years + paid year) * groups of eight
    /// + group]`.
    let euros: [Lanes]
    /// Pupils by SES group and quintile, and of the whole sector.
    let pupilsByQuintile: [[Double]]
    let allPupils: [Double]
    /// Euros of each group's pupils, by scenario, group and paid year: in each quintile, and in each cell.
    let eurosByQuintile: [SIMD8<Double>]
    let eurosByCell: [Double]
    /// The cells' quintiles.
    let quintiles: [Int]
    /// Whether a scenario spends anything in the sector.
    let hasMoney: [Bool]
    /// Whether each quintile is one place that stands for the mean of its schools.
    let isCondensed: Bool

    init(_ plan: SimulationPlan, sector: String) {
        let population = plan.population
        let spent = plan.scenarios.map { scenario in plan.file.years.map { scenario.eurosPerSchool(in: $0) } }
        paidYears = plan.file.years.indices.filter { year in spent.contains { $0[year] != nil } }
        let members = population.schools.indices.filter {
            population.schools[$0].sector == sector && population.schools[$0].pupils > 0
        }
        let regions = Set(members.map { population.schools[$0].traits.region ?? "" }).sorted()
        var places: [Int?] = []
        var (cells, chunks) = ([Cell](), [Chunk]())
        for quintile in 0..<RecordLayout.quintiles {
            for region in regions {
                let schools = members.filter {
                    population.quintiles[$0] == quintile && (population.schools[$0].traits.region ?? "") == region
                }
                guard !schools.isEmpty else { continue }
                let first = places.count / 8
                places += schools.map { $0 }
                while places.count % 8 != 0 { places.append(nil) }
                for start in stride(from: first, to: places.count / 8, by: Self.groupsPerChunk) {
                    let end = min(start + Self.groupsPerChunk, places.count / 8)
                    chunks.append(Chunk(cell: cells.count, groups: start..<end))
                }
                cells.append(
                    Cell(
                        quintile: quintile, region: region.isEmpty ? nil : region, members: schools, population, spent,
                        paidYears))
            }
        }
        self.cells = cells
        self.chunks = chunks
        func lanes(_ value: (School, Int) -> Double) -> [Lanes] {
            stride(from: 0, to: places.count, by: 8).map { start in
                var lanes = Lanes(repeating: 0)
                for lane in 0..<8 {
                    if let index = places[start + lane] { lanes[lane] = value(population.schools[index], index) }
                }
                return lanes
            }
        }
        entities = places.map { $0.map { streamKey(population.schools[$0].id) } ?? 0 }
        schoolIndices = places.map { $0 ?? -1 }
        pupils = [lanes { school, _ in Double(school.lowPupils) }, lanes { school, _ in Double(school.highPupils) }]
        shares = [
            lanes { school, _ in Double(school.lowPupils) / Double(school.pupils) },
            lanes { school, _ in Double(school.highPupils) / Double(school.pupils) },
        ]
        isSchool = lanes { _, _ in 1 }
        let paid = paidYears
        euros = spent.flatMap { years in
            paid.flatMap { year in
                lanes { school, index in (years[year]?[index] ?? 0) / Double(school.pupils) }
            }
        }
        (pupilsByQuintile, allPupils, hasMoney) = Self.totals(of: cells, scenarios: spent.count)
        isCondensed = false
        (eurosByQuintile, eurosByCell) = Self.euros(of: cells, scenarios: spent.count, paidYears: paidYears.count)
        quintiles = cells.map(\.quintile)
    }

    /// Each quintile as one place that weighs as all its schools: what the kernel gives then, without noise and heterogeneity,
    /// is the expectation of a draw's sums given its parameters, since these are linear in both.
    init(condensing full: SectorSchools) {
        cells = full.cells
        paidYears = full.paidYears
        (pupilsByQuintile, allPupils, hasMoney) = (full.pupilsByQuintile, full.allPupils, full.hasMoney)
        isCondensed = true
        (eurosByQuintile, eurosByCell, quintiles) = (full.eurosByQuintile, full.eurosByCell, full.quintiles)
        var chunks: [Chunk] = []
        var pupils = [[Lanes]](repeating: [], count: RecordLayout.groups)
        for quintile in 0..<RecordLayout.quintiles {
            guard let cell = full.cells.firstIndex(where: { $0.quintile == quintile }) else { continue }
            chunks.append(Chunk(cell: cell, groups: chunks.count..<(chunks.count + 1)))
            for group in 0..<RecordLayout.groups {
                var lanes = Lanes(repeating: 0)
                lanes[0] = full.pupilsByQuintile[group][quintile]
                pupils[group].append(lanes)
            }
        }
        self.chunks = chunks
        self.pupils = pupils
        entities = [UInt64](repeating: 0, count: 8 * chunks.count)
        schoolIndices = [Int](repeating: -1, count: 8 * chunks.count)
        let nothing = [Lanes](repeating: Lanes(repeating: 0), count: chunks.count)
        shares = [nothing, nothing]
        isSchool = nothing
        euros = []
    }

    private static func euros(
        of cells: [Cell], scenarios: Int, paidYears: Int
    ) -> (byQuintile: [SIMD8<Double>], byCell: [Double]) {
        var (byQuintile, byCell) = ([SIMD8<Double>](), [Double]())
        for scenario in 0..<scenarios {
            for group in 0..<RecordLayout.groups {
                for paidYear in 0..<paidYears {
                    var sums = SIMD8<Double>(repeating: 0)
                    for cell in cells {
                        sums[cell.quintile] += cell.euros[scenario][group][paidYear]
                        byCell.append(cell.euros[scenario][group][paidYear])
                    }
                    byQuintile.append(sums)
                }
            }
        }
        return (byQuintile, byCell)
    }

    private static func totals(
        of cells: [Cell], scenarios: Int
    ) -> (pupilsByQuintile: [[Double]], allPupils: [Double], hasMoney: [Bool]) {
        let byQuintile = (0..<RecordLayout.groups).map { group in
            (0..<RecordLayout.quintiles).map { quintile in
                cells.reduce(0) { $0 + ($1.quintile == quintile ? $1.pupils[group] : 0) }
            }
        }
        let hasMoney = (0..<scenarios).map { scenario in
            cells.contains { cell in cell.euros[scenario].contains { $0.contains { $0 > 0 } } }
        }
        return (byQuintile, byQuintile.map { $0.reduce(0, +) }, hasMoney)
    }
}

extension SectorSchools.Cell {
    fileprivate init(
        quintile: Int, region: String?, members: [Int], _ population: SchoolPopulation, _ spent: [[[Double]?]],
        _ paidYears: [Int]
    ) {
        self.quintile = quintile
        self.region = region
        let counts = [
            members.map { Double(population.schools[$0].lowPupils) },
            members.map { Double(population.schools[$0].highPupils) },
        ]
        pupils = counts.map { $0.reduce(0, +) }
        euros = spent.map { years in
            counts.map { count in
                paidYears.map { year in
                    guard let amounts = years[year] else { return 0 }
                    return zip(members, count).reduce(0) { sum, member in
                        sum + member.1 * amounts[member.0] / Double(population.schools[member.0].pupils)
                    }
                }
            }
        }
    }

    /// Euros per pupil, the SES groups together, in a paid year.
    func eurosPerPupil(scenario: Int, paidYear: Int) -> Double {
        (euros[scenario][0][paidYear] + euros[scenario][1][paidYear]) / (pupils[0] + pupils[1])
    }
}
