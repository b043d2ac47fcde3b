/// What a job of a study asks for, in numbers: its time and memory where the study does not say.
struct JobLimits {
    /// The plan.
    let plan: StudyPlan

    /// What the longest task is expected to take with the study's cores, s.
    var taskSeconds: Double {
        (1...max(1, plan.taskCount)).reduce(0) { max($0, seconds(ofTask: $1)) }
    }

    /// Slurm's words for the time limit of a task: what the study says, or three times the expected time and ten minutes.
    var time: String { plan.resources.time ?? Self.clock(3 * taskSeconds + 600) }

    /// The same for the job that merges, which may have to summarise variants that their units left.
    var mergeTime: String {
        if let time = plan.resources.time { return time }
        let writing = Double(plan.cost.tableBytes) * Double(plan.variants.count) / 20_000_000
        return Self.clock(3 * (plan.cost.summary * Double(plan.variants.count) + writing) + 600)
    }

    /// Slurm's words for the memory of a task: what the study says, or half more than expected in steps of 256 MiB.
    var memory: String {
        if let memory = plan.resources.memory { return memory }
        let step = 256.0 * 1_048_576
        let steps = (1.5 * Double(max(0, plan.cost.memory)) / step).rounded(.up)
        return "\(256 * Int(max(1, steps)))M"
    }

    private func seconds(ofTask task: Int) -> Double {
        plan.units(ofTask: task).compactMap(plan.unit).reduce(0) { sum, unit in
            let draws = Double(unit.part.range(of: plan.draws).count) * plan.cost.draw
            let isLast = unit.part.index == unit.part.count
            return sum + plan.cost.preparation + draws * plan.cost.sizes[unit.variant - 1]
                / Double(max(1, plan.resources.cpus))
                + (isLast ? plan.cost.summary : 0)
        }
    }

    /// Seconds as `D-HH:MM:SS`, rounded up to a minute; at most a year, also for what is no number.
    static func clock(_ seconds: Double) -> String {
        let year = 365.0 * 86_400
        let minutes = Int(((seconds.isFinite ? min(max(seconds, 60), year) : year) / 60).rounded(.up))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let days = minutes / 1_440
        return (days > 0 ? "\(days)-" : "") + two(minutes / 60 % 24) + ":" + two(minutes % 60) + ":00"
    }
}
