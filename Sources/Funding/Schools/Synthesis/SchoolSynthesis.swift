import Probability

/// A school as it is drawn, before its municipality is known.
struct SyntheticSchool {
    let sector: String
    let type: String?
    let pupils: Int
    let lowPupils: Int
    /// The score before the threshold, per pupil.
    let scorePerPupil: Double?
    let threshold: Double
    /// The position of its class of urbanity, from the most urban.
    let urbanityPosition: Int
    let urbanity: String?
    let region: String?
    let grades: [School.GradePupils]
    let newcomers: Int?
    var municipality: String?

    func school(id: String) -> School {
        let before = scorePerPupil.map { $0 * Double(pupils) }
        let traits = School.Traits(type: type, region: region, urbanity: urbanity, municipality: municipality)
        return School(
            id: id, sector: sector, traits: traits, lowPupils: lowPupils, highPupils: pupils - lowPupils,
            grades: grades,
            newcomers: newcomers, disadvantageScore: before.map { max(0, $0 - threshold * Double(pupils)) },
            scoreBeforeThreshold: before)
    }
}

/// Draws the schools of one sector and type.
///
/// Schools are counted off, not sampled: sizes and scores are the quantiles at the middle of equal parts of probability,
/// and every class has its share of schools to the nearest whole school, so that the marginals and the declared
/// dependence hold for every seed; the seed only decides which school is which.
struct SchoolSynthesis {
    /// What a stream of random numbers decides; the codes are part of every population: never reused, never renumbered.
    enum Step: UInt8 {
        case urbanity = 1
        case region = 2
        case size = 3
        case grades = 4
        case newcomers = 5
        case municipality = 6
        case sizeOrder = 7
    }

    let sector: String
    let type: SchoolTypeMarginals
    let count: Int
    let pupils: Int
    let seed: UInt64

    /// The schools in rising order of size.
    func schools() -> [SyntheticSchool] {
        // Everything is drawn by rank of score.
        let scores = type.scorePerPupil?.middles(count)
        let urbanity = classes(type.urbanity, by: parts(type.urbanity?.rows.count), .urbanity)
        let regions = classes(type.region, by: regionConditions(urbanity), .region)
        let order = sizeOrder(urbanity: urbanity)
        let sizes = sizes()
        let perPupil = order.map { rank in scores.map { $0[rank] } }
        let low = GroupComposition(shareLow: type.shareLow.value).lowPupils(pupils: sizes, scores: perPupil)
        let newcomers = newcomers(of: sizes)
        return order.enumerated().map { index, rank in
            SyntheticSchool(
                sector: sector, type: type.name, pupils: sizes[index], lowPupils: low[index],
                scorePerPupil: perPupil[index], threshold: type.threshold?.value ?? 0,
                urbanityPosition: urbanity[rank], urbanity: type.urbanity.map { $0.classes[urbanity[rank]] },
                region: type.region.map { $0.classes[regions[rank]] },
                grades: grades(low: low[index], high: sizes[index] - low[index], school: index),
                newcomers: newcomers[index])
        }
    }

    /// Which of some equal parts each rank of score is in.
    private func parts(_ number: Int?) -> [Int] { (0..<count).map { $0 * (number ?? 1) / count } }

    /// The row of the regions' shares of each rank of score: its part of the scores, then its class of urbanity.
    private func regionConditions(_ urbanity: [Int]) -> [Int] {
        let classes = type.urbanity?.classes.count ?? 1
        let rows = type.region?.rows.count ?? 1
        return zip(parts(max(1, rows / classes)), urbanity).map { $0 * classes + $1 }
    }

    /// Whole numbers of pupils that add up to the type's pupils, at least one a school; rising.
    private func sizes() -> [Int] {
        wholeParts(of: pupils - count, by: type.size.middles(count)).map { $0 + 1 }.sorted()
    }

    /// The class of each rank: each condition's ranks are divided over the classes by its row of shares.
    private func classes(_ table: ShareTable?, by condition: [Int], _ step: Step) -> [Int] {
        var result = [Int](repeating: 0, count: count)
        guard let table else { return result }
        let condition = table.rows.count == 1 ? result : condition
        let order = shuffled(step)
        for (row, shares) in table.rows.enumerated() {
            let members = order.filter { condition[$0] == row }
            let parts = wholeParts(of: members.count, by: shares)
            let labels = parts.enumerated().flatMap { Array(repeating: $0, count: $1) }
            for (member, label) in zip(members, labels) { result[member] = label }
        }
        return result
    }

    /// The ranks of score in rising order of size.
    ///
    /// Each part of the scores and class of urbanity has normal scores with its declared mean and a common standard
    /// deviation, such that all have about 1; their order is the order of sizes.
    private func sizeOrder(urbanity: [Int]) -> [Int] {
        let parts = parts(type.sizeShift?.count)
        let shift = (0..<count).map { type.sizeShift?[parts[$0]][urbanity[$0]] ?? 0 }
        let variance = shift.reduce(0) { $0 + $1 * $1 } / Double(max(1, count))
        let spread = max(0.1, 1 - variance).squareRoot()
        var keys = shift
        let order = shuffled(.size)
        let cells = Dictionary(grouping: order) { [parts[$0], urbanity[$0]] }
        for members in type.sizeShift == nil ? [order] : Array(cells.values) {
            for (position, member) in members.enumerated() {
                let p = (Double(position) + 0.5) / Double(members.count)
                keys[member] += spread * standardNormalQuantile(p)
            }
        }
        // Equal keys come from cells of equal number; they must not always favour the lower score.
        let random = uniforms(.sizeOrder)
        return (0..<count).sorted { (keys[$0], random[$0], $0) < (keys[$1], random[$1], $1) }
    }

    /// The pupils by grade: each group's pupils stand in a row, cut by the grades' shares from a random start, so that
    /// every grade is within one of its share and the grades add up.
    private func grades(low: Int, high: Int, school: Int) -> [School.GradePupils] {
        guard let table = type.grades else { return [] }
        let total = table.rows[0].reduce(0, +)
        let random = stream(.grades).uniforms(at: UInt16(truncatingIfNeeded: school))
        func cut(_ pupils: Int, _ start: Double) -> [Int] {
            var (sum, before) = (0.0, 0)
            return table.rows[0].enumerated().map { index, share in
                sum += share
                let isLast = index == table.rows[0].count - 1
                let end = isLast ? pupils : min(pupils, Int((sum / total * Double(pupils) + start).rounded(.down)))
                defer { before = end }
                return end - before
            }
        }
        return zip(table.classes, zip(cut(low, random.0), cut(high, random.1))).map { grade, pupils in
            School.GradePupils(grade: grade, low: pupils.0, high: pupils.1)
        }
    }

    private func newcomers(of sizes: [Int]) -> [Int?] {
        guard let shares = type.newcomerShare?.middles(count) else { return sizes.map { _ in nil } }
        return zip(sizes, shuffled(.newcomers)).map { size, rank in Int((Double(size) * shares[rank]).rounded()) }
    }

    // MARK: Random numbers

    private func stream(_ step: Step) -> RandomStream {
        let entity = streamKey(type.name.map { sector + " " + $0 } ?? sector)
        return RandomStream(seed: seed, purpose: .population, draw: 0, entity: entity, period: step.rawValue)
    }

    private func uniforms(_ step: Step) -> [Double] {
        let stream = stream(step)
        return (0..<count).map { stream.uniform(at: UInt32($0)) }
    }

    /// A permutation of `0..<count`.
    private func shuffled(_ step: Step) -> [Int] {
        let keys = uniforms(step)
        return (0..<count).sorted { (keys[$0], $0) < (keys[$1], $1) }
    }
}
