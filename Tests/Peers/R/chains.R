# Absorbing Markov chains in markovchain, msm and base R, from a file of counts or probabilities.
# Rscript chains.R matrix FILE      a CSV with a header of state names and the n x n probabilities
# Rscript chains.R careers FILE     a CSV pupil,year,state: statetable.msm
arguments <- commandArgs(TRUE)
suppressMessages({library(markovchain); library(msm)})
say <- function(name, value) cat(name, "\t", format(value, digits = 17), "\n", sep = "")

if (arguments[1] == "careers") {
  data <- read.csv(arguments[2])
  table <- statetable.msm(state, pupil, data = data)
  for (from in rownames(table)) for (to in colnames(table)) say(paste("count", from, to), table[from, to])
} else {
  P <- as.matrix(read.csv(arguments[2], check.names = FALSE))
  states <- colnames(P)
  rownames(P) <- states
  chain <- new("markovchain", transitionMatrix = P)
  final <- absorbingStates(chain)
  open <- setdiff(states, final)
  N <- solve(diag(length(open)) - P[open, open])
  B <- absorptionProbabilities(chain)
  years <- meanAbsorptionTime(chain)
  hits <- hittingProbabilities(chain)
  Q <- P - diag(nrow(P))  # a continuous chain that jumps once a year on average: the same expected times
  first <- efpt.msm(qmatrix = Q, tostate = match(final, states))
  tau <- N %*% rep(1, length(open))
  spread <- (2 * N - diag(length(open))) %*% tau - tau^2
  for (from in open) {
    say(paste("years", from), years[[from]])
    say(paste("first-passage", from), first[match(from, states)])
    say(paste("variance", from), spread[match(from, open)])
    for (to in open) {
      say(paste("visits", from, to), N[match(from, open), match(to, open)])
      say(paste("hits", from, to), hits[from, to])
    }
    for (to in final) say(paste("ends", from, to), B[from, to])
  }
  for (to in final) {
    # The chain conditioned on its end, as a chain of its own.
    share <- setNames(rep(0, length(states)), states)
    share[rownames(B)] <- B[, to]
    share[to] <- 1
    reach <- states[share > 0]
    own <- P[reach, reach] * outer(1 / share[reach], share[reach])
    own <- own / rowSums(own)
    if (length(reach) > 1) {
      conditioned <- meanAbsorptionTime(new("markovchain", transitionMatrix = own))
      for (from in names(conditioned)) say(paste("years", from, to), conditioned[[from]])
    }
  }
  seen <- ppass.msm(qmatrix = Q, tot = 400)
  for (from in open) for (to in setdiff(open, from)) say(paste("passes", from, to), seen[from, to])
}
