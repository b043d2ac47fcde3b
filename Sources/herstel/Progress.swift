import ArgumentParser
import Synchronization

/// How progress is shown.
enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
    /// A line that is redrawn, on a terminal; nothing elsewhere.
    case auto
    /// A line for each tenth of the work.
    case plain
    /// Nothing.
    case none
}

/// Progress of a long step on standard error: percent, how far, rate and time left.
final class Progress: Sendable {
    private struct State {
        var pace = Pace()
        var lastUpdate: ContinuousClock.Instant?
        /// The tenths that a line has been printed for, and of what total.
        var tenths = -1
        var total = 0
    }

    private let total: Int
    private let doing, unit: String
    private let style: ProgressStyle
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    init(
        total: Int, isQuiet: Bool, style: ProgressStyle = .auto, doing: String = "simulating", unit: String = "draws"
    ) {
        self.total = total
        (self.doing, self.unit) = (doing, unit)
        self.style = isQuiet || style == .auto && !Terminal.isInteractive ? .none : style
    }

    /// Shows how far the work is.
    func update(_ done: Int) { update(done, of: total) }

    /// Shows how far the work is when the total has changed on the way: on a terminal at most ten times a second.
    func update(_ done: Int, of total: Int) {
        guard style != .none, total > 0 else { return }
        let now = ContinuousClock.now
        let line = state.withLock { state -> String? in
            state.pace.add(done, at: (now - start) / .seconds(1))
            guard isDue(done, of: total, now, &state) else { return nil }
            state.lastUpdate = now
            return "\(doing): " + Self.text(done, of: total, unit, state.pace)
        }
        guard let line else { return }
        switch style {
        case .plain: Terminal.write(line + "\n")
        default: Terminal.write("\r\u{1B}[K  " + line + (done == total ? "\r\u{1B}[K" : ""))
        }
    }

    private func isDue(_ done: Int, of total: Int, _ now: ContinuousClock.Instant, _ state: inout State) -> Bool {
        guard style == .plain else {
            return done >= total || state.lastUpdate.map { now - $0 >= .milliseconds(100) } ?? true
        }
        if total != state.total { (state.total, state.tenths) = (total, -1) }
        let tenths = done * 10 / total
        guard tenths > state.tenths else { return false }
        state.tenths = tenths
        return true
    }

    private static func text(_ done: Int, of total: Int, _ unit: String, _ pace: Pace) -> String {
        let share = "\(done * 100 / total)%, \(done) of \(total) \(unit)"
        guard let rate = pace.perSecond, done < total else { return share }
        let left = Int((Double(total - done) / rate).rounded(.up))
        return share + ", \(fixed(rate, rate < 10 ? 2 : rate < 100 ? 1 : 0)) \(unit)/s, \(Self.duration(left)) left"
    }

    private static func duration(_ seconds: Int) -> String {
        seconds < 120 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
    }

    /// Wipes an unfinished progress line.
    func clear() { if style == .auto { Terminal.write("\r\u{1B}[K") } }
}

/// How fast work goes, from its last twenty seconds or four reports, whichever is longer: the speed may change on the
/// way, and work that was done before must not count.
struct Pace {
    private var reports: [(done: Int, seconds: Double)] = []

    /// Notes how much is done; reports of several threads may come in any order.
    mutating func add(_ done: Int, at seconds: Double) {
        guard done > reports.last?.done ?? -1 else { return }
        reports.append((done, seconds))
        while reports.count > 5, seconds - reports[1].seconds > 20 { reports.removeFirst() }
    }

    /// The work done in a second; nil as long as it is not known.
    var perSecond: Double? {
        guard let first = reports.first, let last = reports.last, last.seconds > first.seconds else { return nil }
        return Double(last.done - first.done) / (last.seconds - first.seconds)
    }
}
