import ArgumentParser
import Parallelism
import Runs

/// `herstel batch work`: what a scheduler's job runs.
struct BatchWork: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work", abstract: "Do a task or a unit of a planned study; jobs and other schedulers call this.")

    @OptionGroup var argument: StudyArgument

    @Option(help: ArgumentHelp("The task, from 1; several tasks as 3-7.", valueName: "i"))
    var task: String?

    @Option(help: ArgumentHelp("The work unit, from 1; several units as 3-7.", valueName: "i"))
    var unit: String?

    @OptionGroup var threadOption: ThreadOption

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    func validate() throws {
        guard (task == nil) != (unit == nil) else {
            throw ValidationError("expected either --task or --unit.")
        }
        for text in [task, unit].compactMap({ $0 }) where Self.range(text) == nil {
            throw ValidationError("'\(text)': expected a number such as 3, or a range such as 3-7.")
        }
    }

    func run() throws {
        threadOption.apply()
        let plan = try StudyPlan(in: argument.study)
        let numbers = (task ?? unit).flatMap { Self.range($0) } ?? 1...1
        let count = task == nil ? plan.unitCount : plan.taskCount
        guard numbers.upperBound <= count else {
            throw BatchError.noSuchUnit(numbers.upperBound, count: count)
        }
        let units = task == nil ? Array(numbers) : numbers.flatMap { plan.units(ofTask: $0) }
        let work: StudyWork
        do {
            work = try StudyWork(in: argument.study)
        } catch {
            StudyWork.recordFailure(of: units, of: plan, in: argument.study, error)
            throw error
        }
        try UnitRunner(work: work, threads: threadOption.count, isQuiet: quiet).run(units)
    }

    /// A number, or the numbers from one to another.
    private static func range(_ text: String) -> ClosedRange<Int>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { word in
            word.allSatisfy { ("0"..."9").contains($0) } ? Int(word) : nil
        }
        guard (1...2).contains(ends.count), let first = ends.first ?? nil, let last = ends.last ?? nil, first >= 1,
            last >= first
        else { return nil }
        return first...last
    }
}

/// Does units one after the other, and goes on to the next when one fails for a reason of its own.
struct UnitRunner {
    let work: StudyWork
    let threads: Int
    let isQuiet: Bool
    /// Shows progress over all units; nil for a line for each.
    var progress: Progress?

    func run(_ units: [Int]) throws {
        var (failed, firstError) = ([Int](), (any Error)?.none)
        var done = 0
        for number in units {
            guard let unit = work.plan.unit(number) else { continue }
            let draws = unit.part.range(of: work.plan.draws).count
            do {
                let (start, before) = (ContinuousClock.now, done)
                let outcome = try Interrupt.heeded { cancellation in
                    try work.run(
                        unit: number, threads: threads, cancellation: cancellation,
                        note: { Terminal.note("herstel: " + $0) },
                        progress: { done, _ in progress?.update(before + done) })
                }
                report(unit, outcome, draws, seconds: (ContinuousClock.now - start) / .seconds(1))
            } catch {
                guard Self.concernsOneUnit(error) else { throw error }
                _ = Failure.report(error)
                failed.append(number)
                firstError = firstError ?? error
            }
            done += draws
        }
        if !failed.isEmpty {
            progress?.clear()
            throw BatchError.failedUnits(failed, of: units.count)
        }
    }

    private func report(_ unit: WorkUnit, _ outcome: UnitOutcome, _ draws: Int, seconds: Double) {
        guard !isQuiet, progress == nil else { return }
        let what = "unit \(unit.number) (variant \(unit.variant), part \(unit.part.index) of \(unit.part.count))"
        print(
            outcome == .alreadyDone
                ? "\(what): done already" : "\(what): \(counted(draws, "draw")) in \(Quantity.seconds(seconds))")
    }

    /// Whether other units may do better: not when somebody stops the work or the disk is full.
    private static func concernsOneUnit(_ error: any Error) -> Bool {
        Failure.exitCode(of: error) == Failure.badInput
    }
}
