# Rscript small_sample.R data PACKAGE NAME
#   prints one of R's data sets as CSV.
# Rscript small_sample.R kenward-roger FILE FORMULA FACTORS
# Rscript small_sample.R robust FILE FORMULA FACTORS CLUSTER [WEIGHTS]
#   fits a model by REML with lme4, takes Newton steps to the optimum's full digits, and prints name, tab, value: pbkrtest's
#   Kenward-Roger covariance, degrees of freedom and F test, or clubSandwich's CR0 and CR2 covariances and degrees of freedom.
a <- commandArgs(TRUE)
suppressMessages({ library(lme4); library(numDeriv) })
if (a[1] == "data") {
  write.csv(as.data.frame(get(data(list = a[3], package = a[2]))), row.names = FALSE, quote = FALSE)
  quit()
}
data <- read.csv(a[2])
formula <- as.formula(a[3])
for (name in strsplit(a[4], ",")[[1]]) data[[name]] <- factor(data[[name]])
# R reads text columns as character; a factor's levels are put in the order of code points, as Herstel does.
for (name in intersect(all.vars(formula), names(data)))
  if (is.character(data[[name]])) data[[name]] <- factor(data[[name]], levels = sort(unique(data[[name]]), method = "radix"))
weighted <- length(a) > 5
data$prior <- if (weighted) data[[a[6]]] else 1
control <- lmerControl(optimizer = "nloptwrap", calc.derivs = FALSE,
                       optCtrl = list(xtol_rel = 1e-14, xtol_abs = 1e-14, ftol_abs = 1e-14, maxeval = 1e5))
model <- if (weighted) lmer(formula, data, weights = prior, control = control) else lmer(formula, data, control = control)
deviance_at <- update(model, devFunOnly = TRUE)
theta <- getME(model, "theta")
free <- !(getME(model, "lower") == 0 & theta < 1e-4)
theta[!free] <- 0
f <- function(v) { t <- theta; t[free] <- v; deviance_at(t) }
if (any(free)) for (i in 1:6) {
  step <- solve(hessian(f, theta[free], method.args = list(r = 4, d = 1e-2)), grad(f, theta[free], method.args = list(r = 5, d = 1e-2)))
  theta[free] <- theta[free] - step
  if (max(abs(step)) < 1e-11) break
}
value <- deviance_at(theta)
polished <- mkMerMod(environment(deviance_at), list(par = theta, fval = value, conv = 0, message = ""),
                     lFormula(formula, data)$reTrms, fr = model.frame(model), mc = getCall(model))
put <- function(name, x) cat(name, "\t", trimws(formatC(x, digits = 17, format = "g")), "\n", sep = "")
put_matrix <- function(name, m) for (i in seq_len(nrow(m))) for (j in seq_len(i)) put(paste(name, i, j), m[i, j])
beta <- fixef(polished)
p <- length(beta)

if (a[1] == "kenward-roger") {
  suppressMessages(library(pbkrtest))
  phi <- as.matrix(vcov(polished))
  adjusted <- vcovAdj(polished)
  put_matrix("covariance", as.matrix(adjusted))
  for (i in 1:p) put(paste("df", i), Lb_ddf(diag(p)[i, , drop = FALSE], phi, adjusted))
  put("df sum", Lb_ddf(matrix(1, 1, p), phi, adjusted))
  for (q in if (p > 1) 2:p else integer()) {
    test <- pbkrtest:::.KR_adjust(adjusted, phi, diag(p)[1:q, , drop = FALSE], beta, 0)
    put(paste("F", q), test$Fstat)
    put(paste("ddf", q), test$ddf)
    put(paste("scaling", q), test$F.scaling)
    put(paste("p", q), test$p.value)
  }
  quit()
}

# CR0 and CR2 straight from the formulas of Pustejovsky and Tipton (2018), with matrices of order n.
dense <- function(type) {
  x <- getME(polished, "X")
  n <- nrow(x)
  v <- sigma(polished)^2 * (as.matrix(crossprod(getME(polished, "Lambdat") %*% getME(polished, "Zt"))) + diag(1 / data$prior[used]))
  w <- solve(v)
  m <- solve(t(x) %*% w %*% x)
  ih <- diag(n) - x %*% m %*% t(x) %*% w
  residuals <- getME(polished, "y") - drop(x %*% beta)
  meat <- matrix(0, p, p)
  contributions <- list()
  for (level in levels(cluster)) {
    rows <- which(cluster == level)
    adjustment <- diag(length(rows))
    if (type == "CR2") {
      d <- chol(v[rows, rows])
      b <- eigen(d %*% (ih[rows, , drop = FALSE] %*% v %*% t(ih[rows, , drop = FALSE])) %*% t(d), symmetric = TRUE)
      kept <- b$values > 1e-12 * max(b$values)
      root <- b$vectors[, kept, drop = FALSE] %*% (t(b$vectors[, kept, drop = FALSE]) / sqrt(b$values[kept]))
      adjustment <- t(d) %*% root %*% d
    }
    part <- t(x[rows, , drop = FALSE]) %*% w[rows, rows] %*% adjustment
    score <- part %*% residuals[rows]
    meat <- meat + score %*% t(score)
    contributions <- c(contributions, list(t(ih[rows, , drop = FALSE]) %*% t(part) %*% m))
  }
  df <- sapply(1:p, function(i) {
    g <- sapply(contributions, function(part) part[, i])
    products <- t(g) %*% v %*% g
    sum(diag(products))^2 / sum(products^2)
  })
  list(covariance = m %*% meat %*% m, df = df)
}
used <- as.integer(rownames(model.frame(model)))
cluster <- droplevels(data[[a[5]]][used])
for (type in c("CR0", "CR2")) {
  if (weighted) {
    # clubSandwich refuses prior weights.
    result <- dense(type)
  } else {
    suppressMessages(library(clubSandwich))
    robust <- vcovCR(polished, cluster = cluster, type = type)
    result <- list(covariance = as.matrix(robust), df = coef_test(polished, vcov = robust, test = "Satterthwaite")$df_Satt)
    if (is.null(result$df)) result$df <- coef_test(polished, vcov = robust, test = "Satterthwaite")$df
    if (length(cluster) < 500) {
      own <- dense(type)
      stopifnot(all.equal(c(own$covariance), c(result$covariance), tolerance = 1e-8), all.equal(own$df, result$df, tolerance = 1e-8))
    }
  }
  put_matrix(paste(type, "covariance"), result$covariance)
  for (i in 1:p) put(paste(type, "df", i), result$df[i])
}
