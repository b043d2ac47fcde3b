/// How many microdata are wanted.
public enum MicrodataSize: Sendable, Equatable {
    /// As many schools as the truth declares.
    case declared
    /// A number of pupils, in as many schools as they fill; the last one is cut short.
    case pupils(Int)
    /// A number of rows; the last school, and the last pupil's moments, are cut short.
    case rows(Int)
}

/// Microdata drawn from a truth: any row can be had without the others.
///
/// Every pupil has a row for every test moment; a missing score is an empty cell. Columns: `pupil`, `school`, `class` where
/// there are classes, the factors, `time`, the outcome, the prior weight. What pupil i is and scores depends on the truth, the
/// seed and i only; a mover's new school also on the number of schools.
public struct Microdata: Sendable {
    /// The truth.
    public let truth: Truth
    /// The seed.
    public let seed: UInt64
    /// The number of rows, without the header.
    public let rowCount: Int
    /// The number of schools.
    public var schoolCount: Int { schools.schoolCount }
    /// The number of pupils.
    public var pupilCount: Int { schools.pupilCount }

    let schools: SchoolRanges
    let cells: FactorCells
    let fixed: FixedLines
    let pupilEffects, schoolEffects, classEffects: RandomEffects
    let text: RowText
    let outcome: OutcomeDraw

    /// The most rows that can be asked for.
    public static let largestRowCount = 10_000_000_000

    /// Microdata of a size.
    ///
    /// - Parameters:
    ///   - truth: The truth.
    ///   - size: How many; at least one pupil or row.
    ///   - seed: The seed; nil for the truth's own.
    public init(_ truth: Truth, size: MicrodataSize = .declared, seed: UInt64? = nil) {
        let moments = truth.moments.count
        let pupils: Int? =
            switch size {
            case .declared: nil
            case .pupils(let count): count
            case .rows(let count): (count + moments - 1) / moments
            }
        precondition(pupils ?? 1 > 0, "microdata have at least one row")
        self.truth = truth
        self.seed = seed ?? truth.seed
        schools = SchoolRanges(truth.structure, pupils: pupils, seed: self.seed)
        rowCount = if case .rows(let count) = size { count } else { schools.pupilCount * moments }
        cells = FactorCells(truth.factors)
        fixed = FixedLines(truth.fixed, cells: cells)
        pupilEffects = RandomEffects(.pupil, of: truth, cells: cells)
        schoolEffects = RandomEffects(.school, of: truth, cells: cells)
        classEffects = RandomEffects(.class, of: truth, cells: cells)
        text = RowText(truth, cells: cells)
        outcome = OutcomeDraw(truth.outcome)
    }

    // What is below borrows the microdata: a copy would count references to every table for every pupil, from all threads.

    /// The rows of some pupils, in the order of pupils and moments.
    func write(pupils: Range<Int>, to rows: inout RowBytes) {
        var pupil = pupils.lowerBound
        while pupil < pupils.upperBound {
            let number = schools.school(of: pupil)
            let inSchool = schools.pupils(of: number)
            let school = SchoolDraw(number, of: self)
            while pupil < min(pupils.upperBound, inSchool.upperBound) {
                PupilDraw(pupil, place: pupil - inSchool.lowerBound, in: school, of: self).write(of: self, to: &rows)
                pupil += 1
            }
        }
    }
}

/// What a school's pupils share.
struct SchoolDraw {
    let number: Int
    let factorDeviations: [Double]
    let effects: [Double]
    let classEffects: [[Double]]

    init(_ number: Int, of data: borrowing Microdata) {
        self.number = number
        factorDeviations = data.cells.deviations(ofSchool: number, seed: data.seed)
        var drawn: [Double] = []
        data.schoolEffects.draw(number, seed: data.seed, into: &drawn)
        effects = drawn
        let classes = data.classEffects.count == 0 ? 0 : data.truth.structure.classesPerSchool ?? 0
        classEffects = (0..<classes).map { position in
            data.classEffects.draw(number * classes + position, seed: data.seed, into: &drawn)
            return drawn
        }
    }

    /// Adds what the school and one of its classes add to the linear predictor.
    func add(class position: Int, cell: Int, of data: borrowing Microdata, to line: inout Line) {
        data.schoolEffects.add(effects, cell: cell, to: &line)
        if !classEffects.isEmpty { data.classEffects.add(classEffects[position], cell: cell, to: &line) }
    }
}

/// One pupil: factor levels, random effects, schools.
struct PupilDraw {
    let number: Int
    let cell: Int
    let schoolNumber: Int
    let classPosition: Int
    let line: Line
    /// The pupil's life after a change of school.
    let later: Later?

    struct Later {
        let move: Move
        let classPosition: Int
        let line: Line
    }

    /// - Parameter place: The pupil's position in the school; classes are filled in turn.
    init(_ number: Int, place: Int, in school: SchoolDraw, of data: borrowing Microdata) {
        let seed = data.seed
        let classCount = data.truth.structure.classesPerSchool ?? 1
        self.number = number
        schoolNumber = school.number
        classPosition = place % classCount
        cell = data.cells.cell(ofPupil: number, deviations: school.factorDeviations, seed: seed)
        var own = data.fixed[cell]
        if data.pupilEffects.count > 0 {
            var effects: [Double] = []
            data.pupilEffects.draw(number, seed: seed, into: &effects)
            data.pupilEffects.add(effects, cell: cell, to: &own)
        }
        var line = own
        school.add(class: classPosition, cell: cell, of: data, to: &line)
        self.line = line
        guard let moves = data.truth.structure.moves,
            let move = Move(
                ofPupil: number, home: school.number, schoolCount: data.schools.schoolCount,
                momentCount: data.text.moments.count, moves: moves, seed: seed)
        else {
            later = nil
            return
        }
        let position = min(classCount - 1, Int(move.classNumber * Double(classCount)))
        SchoolDraw(move.school, of: data).add(class: position, cell: cell, of: data, to: &own)
        later = Later(move: move, classPosition: position, line: own)
    }

    /// Adds the pupil's rows.
    func write(of data: borrowing Microdata, to rows: inout RowBytes) {
        let moments = min(data.text.moments.count, data.rowCount - number * data.text.moments.count)
        var beginning = data.text.beginning(pupil: number, school: schoolNumber, class: classPosition, cell: cell)
        var line = line
        let scores = SyntheticNumbers.scores.stream(seed: data.seed, of: number)
        for moment in 0..<moments {
            if let later, later.move.moment == moment {
                beginning = data.text.beginning(
                    pupil: number, school: later.move.school, class: later.classPosition, cell: cell)
                line = later.line
            }
            let occasion = data.text.occasion(moment, ofPupil: number, seed: data.seed)
            rows.append(beginning)
            data.text.write(time: occasion.time, moment: moment, to: &rows)
            let (whether, probability) = scores.uniforms(at: UInt16(moment))
            if whether >= data.truth.missing {
                data.outcome.write(
                    predictor: line.value(at: occasion.time), weight: occasion.weight, at: probability, to: &rows)
            }
            data.text.end(weight: occasion.weight, to: &rows)
        }
    }
}
