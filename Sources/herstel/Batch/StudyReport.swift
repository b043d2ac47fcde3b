import Runs

/// What a study will take: `herstel batch plan`.
struct StudyReport {
    let plan: StudyPlan

    var text: String {
        """
        \(plan.name): \(plan.title)

        \(size)

        Expected time, without waiting in a queue
        \(times)
        """
    }

    private var size: String {
        let cost = plan.cost
        let part = plan.unit(1)?.part.range(of: plan.draws).count ?? 0
        let factors = plan.factors.enumerated().map { column, factor in
            "\(factor.name) (\(counted(Set(plan.variants.map { $0.levels[column] }).count, "level")))"
        }
        let preparation = 100 * cost.preparation * Double(plan.unitCount) / plan.expectedSeconds
        return lines([
            ("base", "\(plan.base), seed \(plan.seed)"),
            ("variants", "\(plan.variants.count): \(factors.joined(separator: ", "))"),
            ("draws", "\(plan.draws) of each variant, \(plan.draws * plan.variants.count) in all"),
            (
                "work units",
                "\(plan.unitCount), of \(counted(part, "draw")): \(counted(plan.shards, "part")) of each variant"
            ),
            (
                "tasks",
                "\(plan.taskCount) in a job array, \(counted(plan.unitsPerTask, "unit")) each, on "
                    + counted(plan.resources.cpus, "core")
            ),
            (
                "a unit",
                "\(Quantity.seconds(plan.expectedSeconds(ofUnit: 1))): \(Quantity.seconds(cost.preparation)) to prepare, "
                    + "\(Quantity.seconds(cost.draw)) a draw on a core, \(Quantity.seconds(cost.summary)) to summarise a variant, "
                    + "measured here; preparing is \(fixed(preparation, 1))% of all"
            ),
            (
                "tables",
                plan.tables.filter { !cost.absentTables.contains($0) }.joined(separator: ", ")
                    + (cost.absentTables.isEmpty
                        ? "" : "; the base scenario has no \(cost.absentTables.joined(separator: ", "))")
            ),
            ("memory", "about \(Quantity.bytes(cost.memory)) a unit at most"),
            (
                "on disk",
                "\(Quantity.bytes(2 * cost.tableBytes * plan.variants.count)) of tables, and "
                    + "\(Quantity.bytes(cost.drawBytes * plan.draws)) of draws for each variant under way"
            ),
        ])
    }

    private var times: String {
        lines(
            [1, 8, 64, 1000].filter { $0 == 1 || $0 <= plan.taskCount * 2 }.map { count in
                (
                    counted(count, "task") + " at once",
                    Quantity.seconds(plan.expectedSeconds(tasksAtOnce: count))
                        + (count > plan.taskCount ? " (there are \(plan.taskCount) tasks)" : "")
                )
            })
    }

    private func lines(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { name, value in
            "  \(name)\(String(repeating: " ", count: width - name.count))  \(value)"
        }.joined(separator: "\n")
    }
}
